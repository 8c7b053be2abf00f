// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace lamella::widgets {
class SearchField;
}

namespace lamella::pages {

class DifferenceText;

/// Finds a text in a difference: marks every place, goes to the next and the one before, and says "3 of 17". Hidden
/// until it is opened; Escape closes it.
class FindBar final : public QWidget {
    Q_OBJECT
public:
    /// Its keys (Ctrl+Shift+F, F3, Shift+F3) are those of `around`.
    FindBar(DifferenceText* view, QWidget* around);

    /// Whether there is a text to find something in.
    void setUsable(bool isUsable);

public Q_SLOTS:
    void open();
    void next() { step(1); }
    void previous() { step(-1); }

private:
    void addKeys(QWidget* around);
    QToolButton* addButton(const QString& name, QStringView icon, const QString& words, const QString& toolTip);
    void close();
    void step(int by);
    void showPlace();

    DifferenceText* m_view;
    widgets::SearchField* m_field;
    QLabel* m_place;
    bool m_isUsable = false;
    bool m_isOpen = false;
};

} // namespace lamella::pages
