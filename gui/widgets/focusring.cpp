// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/focusring.h"

#include <QPainter>
#include <QStyleOptionViewItem>

namespace lamella::widgets {

void paintFocusRing(QPainter* painter, const QStyleOptionViewItem& option)
{
    if (!option.state.testFlag(QStyle::State_HasFocus) || !option.state.testFlag(QStyle::State_KeyboardFocusChange))
        return;
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text), 1.5));
    painter->drawRoundedRect(QRectF(option.rect).adjusted(2.5, 2.5, -2.5, -2.5), 3, 3);
    painter->restore();
}

} // namespace lamella::widgets
