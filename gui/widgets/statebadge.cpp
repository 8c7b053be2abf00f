// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/statebadge.h"

#include "gui/widgets/fonts.h"

#include <QFontMetrics>
#include <QPainter>

namespace lamella::widgets {
namespace {

constexpr int kShape = 12;
constexpr int kGap = 6;

} // namespace

StateBadge::StateBadge(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void StateBadge::setState(format::ShownState state, const QString& detail)
{
    if (m_state == state && m_detail == detail && !accessibleName().isEmpty())
        return;
    m_state = state;
    m_detail = detail;
    setAccessibleName(text());
    updateGeometry();
    update();
}

QString StateBadge::text() const
{
    return m_detail.isEmpty() ? format::stateWord(m_state) : format::stateWord(m_state) + u' ' + m_detail;
}

QSize StateBadge::sizeHint() const
{
    const QFontMetrics metrics(sectionFont(font()));
    return {kShape + kGap + metrics.horizontalAdvance(text()) + 2, qMax(kShape, metrics.height()) + kGrid};
}

void StateBadge::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor color = stateColor(m_state, palette());
    paintStateShape(&painter, QRectF(0, (height() - kShape) / 2.0, kShape, kShape), m_state, color);
    painter.setPen(color);
    painter.setFont(sectionFont(font()));
    painter.drawText(rect().adjusted(kShape + kGap, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
}

} // namespace lamella::widgets
