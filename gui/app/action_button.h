// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

class QAction;

namespace lamella::app {

/// A push button that is its action: text, icon, tool tip, and whether it can be pressed or is there at all.
class ActionButton : public QPushButton {
    Q_OBJECT

public:
    explicit ActionButton(QAction* action, QWidget* parent = nullptr);

    /// The one primary button of a page: it has the colour of the desktop's selection, flat, so that its text can be
    /// read in every style and scheme.
    void makePrimary();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void takeAction();

    QAction* m_action;
    bool m_primary = false;
};

} // namespace lamella::app
