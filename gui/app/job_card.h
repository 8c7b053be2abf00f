// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPersistentModelIndex>

#include <vector>

class QGridLayout;
class QLabel;
class QProgressBar;
class QToolButton;

namespace lamella::models {
class JobsModel;
}

namespace lamella::widgets {
class ElidedLabel;
}

namespace lamella::app {

/// One job: what it does, how far it and each of its layers are, and what can be done about it.
class JobCard : public QFrame {
    Q_OBJECT

public:
    JobCard(models::JobsModel* model, const QModelIndex& index, QWidget* parent = nullptr);

    const QPersistentModelIndex& index() const { return m_index; }
    /// Takes what the model says now.
    void refresh();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct PartRow {
        QLabel* name;
        QProgressBar* progress;
        QLabel* figures;
    };

    QToolButton* button(const QString& name, QStringView icon, const QString& text);
    void updateParts();

    models::JobsModel* m_model;
    QPersistentModelIndex m_index;
    widgets::ElidedLabel* m_title;
    QProgressBar* m_progress;
    QLabel* m_figures;
    QToolButton* m_cancel;
    QToolButton* m_retry;
    QToolButton* m_dismiss;
    QGridLayout* m_parts;
    std::vector<PartRow> m_rows;
};

} // namespace lamella::app
