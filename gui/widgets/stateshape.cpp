// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/stateshape.h"

#include "gui/widgets/colors.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace lamella::widgets {

using format::ShownState;

QColor stateColor(ShownState state, const QPalette& palette)
{
    switch (state) {
    case ShownState::Running:
        return meaningColor(Meaning::Good, palette);
    case ShownState::Paused:
        return meaningColor(Meaning::Attention, palette);
    case ShownState::Failed:
        return meaningColor(Meaning::Bad, palette);
    default:
        return secondaryText(palette);
    }
}

void paintStateShape(QPainter* painter, const QRectF& rect, ShownState state, const QColor& color)
{
    const qreal side = std::min(rect.width(), rect.height());
    QRectF box(0, 0, side, side);
    box.moveCenter(rect.center());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const qreal line = std::max(1.25, side / 7);
    const QRectF ring = box.adjusted(line / 2, line / 2, -line / 2, -line / 2);
    painter->setPen(QPen(color, line, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (state) {
    case ShownState::Running:
        painter->setBrush(color);
        painter->drawEllipse(ring);
        break;
    case ShownState::Paused:
        painter->drawEllipse(ring);
        painter->setBrush(color);
        painter->drawPie(ring, 90 * 16, 180 * 16);
        break;
    case ShownState::Failed:
        painter->setBrush(color);
        painter->drawPolygon(QPolygonF{QPointF(ring.center().x(), ring.top()), ring.bottomRight(), ring.bottomLeft()});
        break;
    default:
        painter->drawEllipse(ring);
    }
    painter->restore();
}

} // namespace lamella::widgets
