// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/timelinebars.h"

#include "gui/format/formats.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace lamella::widgets {
namespace {

constexpr int kThickness = 6;

QString durationOf(quint64 usec)
{
    return format::duration(std::chrono::microseconds(static_cast<std::int64_t>(usec)));
}

} // namespace

TimelineBars::TimelineBars(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TimelineBars::setSteps(const QList<Step>& steps)
{
    if (m_steps == steps)
        return;
    m_steps = steps;
    m_slowest = -1;
    QStringList words;
    for (qsizetype i = 0; i < m_steps.size(); ++i) {
        if (m_slowest < 0 || stepUsec(i) > stepUsec(m_slowest))
            m_slowest = i;
        words.append(m_steps[i].name + u' ' + durationOf(stepUsec(i)));
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

quint64 TimelineBars::stepUsec(qsizetype index) const
{
    // Times of a hostile or confused sender may run backwards: then the step took nothing.
    return m_steps[index].doneUsec - std::min(beginUsec(index), m_steps[index].doneUsec);
}

int TimelineBars::rowHeight() const
{
    return QFontMetrics(smallFont(font())).height() + 2;
}

QSize TimelineBars::sizeHint() const
{
    return {360, static_cast<int>(m_steps.size()) * rowHeight()};
}

void TimelineBars::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont small = tabularFont(smallFont(font()));
    const QFontMetrics metrics(small);
    painter.setFont(small);
    int nameWidth = 0;
    quint64 end = 1;
    for (const Step& step : std::as_const(m_steps)) {
        nameWidth = std::max(nameWidth, metrics.horizontalAdvance(step.name));
        end = std::max(end, step.doneUsec);
    }
    nameWidth = std::min(nameWidth + 2, width() / 3);
    const int figureWidth = metrics.horizontalAdvance(QStringLiteral("88.8 ms")) + kGrid;
    const qreal left = nameWidth + kSpacing;
    const qreal room = std::max(1.0, width() - left - kSpacing - figureWidth);
    const auto xOf = [&](quint64 usec) { return left + room * static_cast<double>(usec) / static_cast<double>(end); };
    for (qsizetype i = 0; i < m_steps.size(); ++i) {
        const QRect row(0, static_cast<int>(i) * rowHeight(), width(), rowHeight());
        painter.setPen(i == m_slowest ? palette().color(QPalette::WindowText) : secondaryText(palette()));
        painter.drawText(row.adjusted(0, 0, nameWidth - width(), 0), Qt::AlignVCenter | Qt::AlignLeft,
                         metrics.elidedText(m_steps[i].name, Qt::ElideRight, nameWidth));
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignRight, durationOf(stepUsec(i)));
        painter.setPen(Qt::NoPen);
        painter.setBrush(hairline(palette()));
        painter.drawRoundedRect(QRectF(left, row.center().y(), room, 1), 0.5, 0.5);
        const QColor line = accent(palette());
        painter.setBrush(i == m_slowest ? line : mixed(line, palette().color(QPalette::Window), 0.45));
        const qreal from = xOf(std::min(beginUsec(i), m_steps[i].doneUsec));
        const qreal to = std::max(from + 2, xOf(m_steps[i].doneUsec));
        painter.drawRoundedRect(QRectF(from, row.center().y() - kThickness / 2.0 + 0.5, to - from, kThickness), 2, 2);
    }
}

bool TimelineBars::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const qsizetype row = help->pos().y() / rowHeight();
    if (row >= m_steps.size())
        return false;
    QToolTip::showText(
        help->globalPos(),
        tr("%1: from %2 to %3").arg(m_steps[row].name, durationOf(beginUsec(row)), durationOf(m_steps[row].doneUsec)),
        this);
    return true;
}

} // namespace lamella::widgets
