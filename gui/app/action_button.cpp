// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/action_button.h"

#include <QAction>
#include <QApplication>
#include <QEvent>

namespace lamella::app {

ActionButton::ActionButton(QAction* action, QWidget* parent)
    : QPushButton(parent)
    , m_action(action)
{
    setObjectName(action->objectName() + QStringLiteral("Button"));
    setAutoDefault(false);
    connect(action, &QAction::changed, this, &ActionButton::takeAction);
    connect(this, &QPushButton::clicked, action, &QAction::trigger);
    takeAction();
}

void ActionButton::takeAction()
{
    // The mnemonic stays with the menu: two of one letter in a window would fight.
    QString text = m_action->iconText();
    setText(text.remove(u'&'));
    setIcon(m_action->icon());
    setToolTip(m_action->toolTip());
    setEnabled(m_action->isEnabled());
    setVisible(m_action->isVisible());
}

void ActionButton::makePrimary()
{
    m_primary = true;
    applyAccent();
}

void ActionButton::changeEvent(QEvent* event)
{
    QPushButton::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::EnabledChange)
        applyAccent();
}

void ActionButton::applyAccent()
{
    if (!m_primary)
        return;
    QPalette palette = QApplication::palette(this);
    if (isEnabled()) {
        palette.setColor(QPalette::Button, palette.color(QPalette::Highlight));
        palette.setColor(QPalette::ButtonText, palette.color(QPalette::HighlightedText));
    }
    setPalette(palette);
}

} // namespace lamella::app
