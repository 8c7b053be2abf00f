// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/historygraph.h"

#include "gui/format/formats.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QKeyEvent>
#include <QLinearGradient>
#include <QMouseEvent>
#include <QPainter>
#include <QPolygonF>
#include <QStyle>
#include <QStyleOptionFocusRect>

#include <algorithm>
#include <cmath>

namespace lamella::widgets {
namespace {

constexpr int kMostTicks = 4;

/// The middle of a device pixel: a line of one device pixel there is crisp at every scale.
qreal crisp(qreal coordinate, qreal ratio)
{
    return (std::floor(coordinate * ratio) + 0.5) / ratio;
}

QPen hairpen(const QColor& color, qreal ratio, Qt::PenStyle style = Qt::SolidLine)
{
    QPen pen(color, std::max(1.0, std::floor(ratio)) / ratio, style);
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

} // namespace

HistoryGraph::HistoryGraph(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void HistoryGraph::setTitle(const QString& title)
{
    m_title = title;
    setAccessibleName(title);
    update();
}

void HistoryGraph::setUnit(GraphUnit unit)
{
    m_unit = unit;
    update();
}

void HistoryGraph::setPoints(const QList<GraphPoint>& points, quint64 nowUsec)
{
    m_points = points;
    m_now = nowUsec;
    describe();
    update();
}

void HistoryGraph::setIdle(const QString& why)
{
    if (m_idle == why)
        return;
    m_idle = why;
    describe();
    update();
}

void HistoryGraph::setLimit(double limit, const QString& label)
{
    if (m_limit == limit && m_limitLabel == label)
        return;
    m_limit = limit;
    m_limitLabel = label;
    describe();
    update();
}

void HistoryGraph::setScaledToLimit(bool scaled)
{
    m_scaledToLimit = scaled;
    update();
}

void HistoryGraph::setSpan(std::chrono::seconds span)
{
    m_span = span;
    update();
}

void HistoryGraph::setCompact(bool compact)
{
    m_compact = compact;
    updateGeometry();
    update();
}

std::optional<double> HistoryGraph::currentValue() const
{
    if (!m_idle.isEmpty() || m_points.isEmpty() || std::isnan(m_points.last().value)
        || m_points.last().timeUsec + kGapUsec < m_now)
        return {};
    return m_points.last().value;
}

void HistoryGraph::describe()
{
    const auto current = currentValue();
    QString text = current ? tr("%1 now").arg(graphValueText(*current, m_unit))
        : m_idle.isEmpty() ? tr("no value now")
                           : m_idle;
    if (m_limit > 0)
        text += QStringLiteral(", ") + m_limitLabel;
    if (text != accessibleDescription())
        setAccessibleDescription(text);
}

quint64 HistoryGraph::fromUsec() const
{
    const auto span = static_cast<quint64>(std::chrono::microseconds(m_span).count());
    return m_now > span ? m_now - span : 0;
}

double HistoryGraph::largest() const
{
    double value = 0;
    for (const GraphPoint& point : m_points)
        if (point.timeUsec >= fromUsec() && !std::isnan(point.value))
            value = std::max(value, point.value);
    return value;
}

NiceScale HistoryGraph::scale() const
{
    // A little room above the line keeps its peak, and the limit's label, inside.
    double top = largest() * 1.05;
    if (m_limit > 0 && m_scaledToLimit)
        top = std::max(top, m_limit * 1.05);
    return niceScale(top, m_unit, kMostTicks);
}

int HistoryGraph::headerHeight() const
{
    return m_compact ? kGrid + 2 : QFontMetrics(sectionFont(font())).height() + kSpacing;
}

int HistoryGraph::axisWidth() const
{
    const QFontMetrics metrics(tabularFont(smallFont(font())));
    const NiceScale nice = scale();
    int width = metrics.horizontalAdvance(QStringLiteral("100 %"));
    for (int tick = 0; tick <= nice.ticks(); ++tick)
        width = std::max(width, metrics.horizontalAdvance(graphTickText(tick * nice.step, m_unit)));
    return width;
}

QRectF HistoryGraph::plotRect() const
{
    const int below = QFontMetrics(smallFont(font())).height() + kGrid;
    return QRectF(axisWidth() + kSpacing, headerHeight(), std::max(1, width() - axisWidth() - kSpacing - 2),
                  std::max(1, height() - headerHeight() - below));
}

QPointF HistoryGraph::positionOf(quint64 timeUsec, double value) const
{
    const QRectF plot = plotRect();
    const double part = (static_cast<double>(timeUsec) - static_cast<double>(fromUsec()))
        / static_cast<double>(std::chrono::microseconds(m_span).count());
    return {plot.left() + plot.width() * part, plot.bottom() - plot.height() * value / scale().top};
}

qsizetype HistoryGraph::pointAt(qreal x) const
{
    const QRectF plot = plotRect();
    const double part = (x - plot.left()) / plot.width();
    const double time
        = static_cast<double>(fromUsec()) + part * static_cast<double>(std::chrono::microseconds(m_span).count());
    const auto after = std::ranges::lower_bound(
        m_points, time, {}, [](const GraphPoint& point) { return static_cast<double>(point.timeUsec); });
    qsizetype nearest = std::distance(m_points.begin(), after);
    if (nearest == m_points.size()
        || (nearest > 0
            && time - static_cast<double>(m_points[nearest - 1].timeUsec)
                < static_cast<double>(m_points[nearest].timeUsec) - time))
        --nearest;
    if (nearest < 0 || std::isnan(m_points[nearest].value)
        || std::abs(static_cast<double>(m_points[nearest].timeUsec) - time) > static_cast<double>(kGapUsec) / 2)
        return -1;
    return nearest;
}

QString HistoryGraph::textAt(qreal x) const
{
    const qsizetype index = pointAt(x);
    if (index < 0)
        return {};
    return tr("%1 at %2")
        .arg(graphValueText(m_points[index].value, m_unit), format::timeOfDay(m_points[index].timeUsec));
}

QSize HistoryGraph::sizeHint() const
{
    return m_compact ? QSize(280, 104) : QSize(480, 180);
}

QSize HistoryGraph::minimumSizeHint() const
{
    return m_compact ? QSize(140, 84) : QSize(200, 120);
}

void HistoryGraph::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRectF plot = plotRect();
    paintHeader(&painter);
    paintAxes(&painter, plot);
    paintRuns(&painter, plot);
    paintLimit(&painter, plot);
    paintCursor(&painter, plot);
    if (hasFocus()) {
        QStyleOptionFocusRect option;
        option.initFrom(this);
        option.rect = plot.toAlignedRect().adjusted(-1, -1, 1, 1);
        style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);
    }
}

void HistoryGraph::paintHeader(QPainter* painter) const
{
    if (m_compact)
        return;
    const QRect line(0, 0, width() - 2, headerHeight() - kSpacing);
    painter->setFont(sectionFont(font()));
    painter->setPen(palette().color(QPalette::WindowText));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    const auto current = currentValue();
    painter->setFont(tabularFont(current ? sectionFont(font()) : font()));
    painter->setPen(current ? palette().color(QPalette::WindowText) : secondaryText(palette()));
    painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter,
                      current                ? graphValueText(*current, m_unit)
                          : m_idle.isEmpty() ? tr("no value now")
                                             : m_idle);
}

void HistoryGraph::paintAxes(QPainter* painter, const QRectF& plot) const
{
    const qreal ratio = devicePixelRatioF();
    const QFont small = tabularFont(smallFont(font()));
    const QFontMetrics metrics(small);
    painter->fillRect(plot, palette().color(QPalette::Base));
    painter->setFont(small);
    const NiceScale nice = scale();
    const QColor grid = mixed(hairline(palette()), palette().color(QPalette::Base), 0.6);
    const int skip = plot.height() < metrics.height() * 1.4 * nice.ticks() ? 2 : 1;
    for (int tick = 0; tick <= nice.ticks(); ++tick) {
        const double value = tick * nice.step;
        const qreal y = crisp(plot.bottom() - plot.height() * value / nice.top, ratio);
        // The base line is as strong as other hairlines, the grid only hinted at.
        painter->setPen(hairpen(tick == 0 ? hairline(palette()) : grid, ratio));
        painter->drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        if (tick % skip != 0)
            continue;
        painter->setPen(secondaryText(palette()));
        painter->drawText(QRectF(0, y - metrics.height() / 2.0, plot.left() - kSpacing + 2, metrics.height()),
                          Qt::AlignRight | Qt::AlignVCenter, graphTickText(value, m_unit));
    }
    const int labelWidth = metrics.horizontalAdvance(timeTickText(std::chrono::seconds(15))) + kGroupSpacing;
    const std::chrono::seconds step = timeStep(m_span, static_cast<int>(plot.width()) / labelWidth);
    qreal free = plot.right() + kGroupSpacing; // from the right: what a label has left to the next
    for (std::chrono::seconds before{0}; before <= m_span; before += step) {
        const qreal part = 1.0 - static_cast<double>(before.count()) / static_cast<double>(m_span.count());
        const qreal x = crisp(std::min(plot.left() + plot.width() * part, plot.right() - 1 / ratio), ratio);
        painter->setPen(hairpen(hairline(palette()), ratio));
        painter->drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 3));
        const QString text = timeTickText(before);
        const int wide = metrics.horizontalAdvance(text);
        // The outermost labels stay inside the plot.
        const qreal left = std::clamp(x - wide / 2.0, plot.left(), plot.right() - wide);
        if (left + wide + kSpacing > free)
            continue;
        free = left;
        painter->setPen(secondaryText(palette()));
        painter->drawText(QRectF(left, plot.bottom() + kGrid, wide + 2, metrics.height()), Qt::AlignLeft, text);
    }
}

void HistoryGraph::paintRuns(QPainter* painter, const QRectF& plot) const
{
    const qreal ratio = devicePixelRatioF();
    const double top = scale().top;
    const QColor color = accent(palette());
    QLinearGradient fill(plot.topLeft(), plot.bottomLeft());
    QColor soft = color;
    soft.setAlphaF(0.26F);
    fill.setColorAt(0, soft);
    soft.setAlphaF(0.10F);
    fill.setColorAt(1, soft);
    painter->save();
    painter->setClipRect(plot.adjusted(0, -1, 0, 1));
    painter->setRenderHint(QPainter::Antialiasing);
    for (const GraphRun& run : squeeze(m_points, fromUsec(), m_now, plot.width() * ratio)) {
        QPolygonF line;
        line.reserve(run.size() + 2);
        for (const GraphVertex& vertex : run)
            line.append(
                {plot.left() + vertex.x / ratio, plot.bottom() - 0.75 - (plot.height() - 1.5) * vertex.value / top});
        if (line.size() == 1)
            line.append(line.first() + QPointF(1, 0));
        QPolygonF area = line;
        area.append({line.last().x(), plot.bottom()});
        area.append({line.first().x(), plot.bottom()});
        painter->setPen(Qt::NoPen);
        painter->setBrush(fill);
        painter->drawPolygon(area);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPolyline(line);
    }
    painter->restore();
}

void HistoryGraph::paintLimit(QPainter* painter, const QRectF& plot) const
{
    if (m_limit <= 0)
        return;
    const qreal ratio = devicePixelRatioF();
    const QColor color = meaningColor(Meaning::Bad, palette());
    const bool inside = m_limit <= scale().top * 1.0001;
    const qreal y = inside ? crisp(plot.bottom() - plot.height() * m_limit / scale().top, ratio) : plot.top();
    if (inside) {
        QPen pen = hairpen(color, ratio);
        pen.setDashPattern({5, 3});
        painter->setPen(pen);
        painter->drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    }
    const QFont small = smallFont(font());
    const QFontMetrics metrics(small);
    const QString text = inside ? m_limitLabel : QStringLiteral("\u2191 ") + m_limitLabel;
    const bool above = y - metrics.height() - 2 >= plot.top();
    const QRectF label(plot.left() + kGrid, above ? y - metrics.height() - 1 : y + 2,
                       metrics.horizontalAdvance(text) + 2 * kGrid, metrics.height());
    QColor ground = palette().color(QPalette::Base);
    ground.setAlphaF(0.8F);
    painter->fillRect(label, ground);
    painter->setFont(small);
    painter->setPen(color);
    painter->drawText(label, Qt::AlignCenter, text);
}

void HistoryGraph::paintCursor(QPainter* painter, const QRectF& plot) const
{
    const qsizetype index = m_cursor ? pointAt(*m_cursor) : -1;
    if (index < 0)
        return;
    const qreal ratio = devicePixelRatioF();
    const QPointF at = positionOf(m_points[index].timeUsec, m_points[index].value);
    painter->setPen(hairpen(secondaryText(palette()), ratio));
    painter->drawLine(QPointF(crisp(at.x(), ratio), plot.top()), QPointF(crisp(at.x(), ratio), plot.bottom()));
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(palette().color(QPalette::Base), 1.5));
    painter->setBrush(accent(palette()));
    painter->drawEllipse(at, 4, 4);

    const QFont small = tabularFont(smallFont(font()));
    const QFontMetrics metrics(small);
    const QString text = textAt(*m_cursor);
    QRectF box(0, plot.top() + kGrid, metrics.horizontalAdvance(text) + 2 * kSpacing, metrics.height() + kGrid);
    // Beside the line, on the side with room, so that it never hides what it speaks of.
    const bool right = at.x() + kSpacing + box.width() <= plot.right();
    box.moveLeft(right ? at.x() + kSpacing : std::max(plot.left(), at.x() - kSpacing - box.width()));
    painter->setPen(hairpen(hairline(palette()), ratio));
    painter->setBrush(palette().color(QPalette::ToolTipBase));
    painter->drawRoundedRect(box, 3, 3);
    painter->setFont(small);
    painter->setPen(palette().color(QPalette::ToolTipText));
    painter->drawText(box, Qt::AlignCenter, text);
    painter->restore();
}

void HistoryGraph::mouseMoveEvent(QMouseEvent* event)
{
    m_cursor = event->position().x();
    update();
}

void HistoryGraph::leaveEvent(QEvent*)
{
    m_cursor.reset();
    update();
}

void HistoryGraph::focusOutEvent(QFocusEvent* event)
{
    m_cursor.reset();
    QWidget::focusOutEvent(event);
}

void HistoryGraph::keyPressEvent(QKeyEvent* event)
{
    const QRectF plot = plotRect();
    const qreal second = plot.width() / static_cast<double>(m_span.count());
    const qreal step = event->modifiers().testFlag(Qt::ControlModifier) ? second * 10 : second;
    const qreal now = m_cursor.value_or(plot.right());
    switch (event->key()) {
    case Qt::Key_Left:
        m_cursor = std::max(plot.left(), now - step);
        break;
    case Qt::Key_Right:
        m_cursor = std::min(plot.right(), now + step);
        break;
    case Qt::Key_Escape:
        if (!m_cursor) {
            QWidget::keyPressEvent(event);
            return;
        }
        m_cursor.reset();
        break;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    // What a sighted person reads beside the line is told to the others, too.
    if (m_cursor)
        setAccessibleDescription(textAt(*m_cursor));
    update();
}

} // namespace lamella::widgets
