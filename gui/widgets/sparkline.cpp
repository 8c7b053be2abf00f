// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/sparkline.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QApplication>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace lamella::widgets {
namespace {

void paintRun(QPainter* painter, const QPolygonF& line, qreal bottom, const QColor& color)
{
    if (line.isEmpty())
        return;
    QPolygonF area = line;
    area.append(QPointF(line.last().x(), bottom));
    area.append(QPointF(line.first().x(), bottom));
    QColor soft = color;
    soft.setAlphaF(0.18F);
    painter->setPen(Qt::NoPen);
    painter->setBrush(soft);
    painter->drawPolygon(area);
    painter->setPen(QPen(color, 1.25, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    if (line.size() == 1)
        painter->drawPoint(line.first());
    else
        painter->drawPolyline(line);
}

} // namespace

void paintSparkline(QPainter* painter, const QRectF& rect, const QList<double>& values, qsizetype capacity, double top,
                    const QColor& color)
{
    if (top <= 0)
        for (const double value : values)
            top = std::isnan(value) ? top : std::max(top, value);
    if (capacity < 2 || top <= 0)
        top = 1;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const qreal step = rect.width() / static_cast<qreal>(std::max<qsizetype>(2, capacity) - 1);
    const qsizetype first = std::max<qsizetype>(0, values.size() - capacity);
    QPolygonF line;
    for (qsizetype i = first; i < values.size(); ++i) {
        if (std::isnan(values[i])) {
            paintRun(painter, line, rect.bottom(), color);
            line.clear();
            continue;
        }
        const qreal x = rect.right() - step * static_cast<qreal>(values.size() - 1 - i);
        const qreal y = rect.bottom() - 0.75 - (rect.height() - 1.5) * std::clamp(values[i] / top, 0.0, 1.0);
        line.append(QPointF(x, y));
    }
    paintRun(painter, line, rect.bottom(), color);
    painter->restore();
}

SparklineDelegate::SparklineDelegate(int role, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_role(role)
{
}

void SparklineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    item.text.clear();
    const QStyle* style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    const bool selected = item.state.testFlag(QStyle::State_Selected);
    const QColor color = selected ? item.palette.color(QPalette::HighlightedText) : accent(item.palette);
    paintSparkline(painter, QRectF(item.rect).adjusted(kGrid, kGrid, -kGrid, -kGrid),
                   index.data(m_role).value<QList<double>>(), m_capacity, m_top, color);
}

QSize SparklineDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    return {80, kTableRowHeight};
}

} // namespace lamella::widgets
