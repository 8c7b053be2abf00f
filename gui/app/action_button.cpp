// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/action_button.h"

#include "gui/widgets/colors.h"

#include <QAction>
#include <QStyleOptionButton>
#include <QStylePainter>

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
    update();
}

void ActionButton::paintEvent(QPaintEvent* event)
{
    if (!m_primary || !isEnabled()) {
        QPushButton::paintEvent(event);
        return;
    }
    QStylePainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QStyleOptionButton option;
    initStyleOption(&option);
    const QColor text = palette().color(QPalette::HighlightedText);
    QColor ground = widgets::groundFor(text, palette().color(QPalette::Highlight));
    if (option.state.testFlag(QStyle::State_Sunken) || option.state.testFlag(QStyle::State_MouseOver))
        ground = widgets::mixed(ground, Qt::black, option.state.testFlag(QStyle::State_Sunken) ? 0.2 : 0.1);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    const QRectF sheet = QRectF(rect()).adjusted(1, 1, -1, -1);
    painter.drawRoundedRect(sheet, 3, 3);
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter.setPen(text);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(sheet.adjusted(2.5, 2.5, -2.5, -2.5), 1, 1);
    }
    // The icon that a selection has: its lines have the colour of this text.
    if (!icon().isNull())
        option.icon = QIcon(icon().pixmap(iconSize(), devicePixelRatioF(), QIcon::Selected));
    for (const QPalette::ColorRole role : {QPalette::ButtonText, QPalette::WindowText, QPalette::Text})
        option.palette.setColor(role, text);
    painter.drawControl(QStyle::CE_PushButtonLabel, option);
}

} // namespace lamella::app
