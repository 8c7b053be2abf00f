// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QScrollArea;
class QStackedWidget;
class QVBoxLayout;

namespace lamella::models {
class JobsModel;
}

namespace lamella::app {

class JobCard;

/// What the helper is doing, the newest first: pulls, loads, saves, each with its progress and with what can be done.
class ActivitySection : public QWidget {
    Q_OBJECT

public:
    explicit ActivitySection(models::JobsModel* model, QWidget* parent = nullptr);

private:
    void addCards(int first, int last);
    void updateCards(int first, int last);
    void removeCards();
    void showRightPage();
    QList<JobCard*> cards() const;

    models::JobsModel* m_model;
    QStackedWidget* m_stack;
    QWidget* m_list;
    QVBoxLayout* m_layout;
};

} // namespace lamella::app
