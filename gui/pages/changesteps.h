// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace lamella::pages {

class ChangeView;

/// The bar that goes from change to change: how many there are, where one is, and back and forth, by its buttons or by
/// F7 and Shift+F7 anywhere in the widget it stands in.
class ChangeSteps final : public QWidget {
    Q_OBJECT
public:
    explicit ChangeSteps(QWidget* parent);

    /// Nothing: no steps.
    void setView(ChangeView* view);
    /// What stands at the left: "3 lines added, 2 lines removed".
    void setSummary(const QString& summary);
    /// Whether there is something that is folded away.
    void setFolding(bool isFolding);

public Q_SLOTS:
    void next();
    void previous();

Q_SIGNALS:
    void wholeWanted(bool whole);

private:
    QToolButton* addStep(const QString& name, QStringView icon, const QString& words, const QString& toolTip);
    void addKeys(QWidget* around);
    void step(int by);
    void updateSteps();

    QPointer<ChangeView> m_view;
    QLabel* m_summary;
    QLabel* m_place;
    QToolButton* m_whole;
    QToolButton* m_previous;
    QToolButton* m_next;
};

} // namespace lamella::pages
