// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/stackedbar.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QPainter>
#include <QPainterPath>

namespace lamella::widgets {
namespace {

constexpr int kBar = 8;
constexpr int kSwatch = 8;

} // namespace

StackedBar::StackedBar(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StackedBar::setParts(const QList<Part>& parts, double whole)
{
    if (m_parts == parts && m_whole == whole)
        return;
    m_parts = parts;
    m_whole = whole;
    QStringList words;
    for (const Part& part : parts)
        words.append(part.name + u' ' + part.figure);
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    setToolTip(words.join(u'\n'));
    update();
}

QSize StackedBar::sizeHint() const
{
    return {320, kBar + kGrid + 2 + QFontMetrics(smallFont(font())).height()};
}

QColor StackedBar::partColor(qsizetype index) const
{
    // Shades of the one accent: the parts are of one kind, and each has its name beside its swatch.
    return mixed(accent(palette()), palette().color(QPalette::Window), 0.3 * static_cast<double>(index % 3));
}

void StackedBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintBar(&painter);
    paintLabels(&painter);
}

void StackedBar::paintBar(QPainter* painter) const
{
    double sum = 0;
    for (const Part& part : m_parts)
        sum += part.value;
    const double whole = std::max(m_whole, sum);
    QPainterPath clip;
    clip.addRoundedRect(QRectF(0, 0, width(), kBar), kBar / 2.0, kBar / 2.0);
    painter->save();
    painter->setClipPath(clip);
    painter->fillRect(QRectF(0, 0, width(), kBar), hairline(palette()));
    qreal x = 0;
    for (qsizetype i = 0; whole > 0 && i < m_parts.size(); ++i) {
        const qreal part = width() * m_parts[i].value / whole;
        painter->fillRect(QRectF(x, 0, part, kBar), partColor(i));
        x += part;
        if (part > 3 && i + 1 < m_parts.size())
            painter->fillRect(QRectF(x - 1, 0, 1, kBar), palette().color(QPalette::Window));
    }
    painter->restore();
}

void StackedBar::paintLabels(QPainter* painter) const
{
    const QFont small = tabularFont(smallFont(font()));
    const QFontMetrics metrics(small);
    painter->setFont(small);
    const int top = kBar + kGrid + 2;
    int x = 0;
    for (qsizetype i = 0; i < m_parts.size(); ++i) {
        const int wide = kSwatch + kGrid + metrics.horizontalAdvance(m_parts[i].name + u' ' + m_parts[i].figure);
        // Half a figure is another figure: what has no room is in the tool tip.
        if (x + wide > width())
            break;
        painter->setPen(Qt::NoPen);
        painter->setBrush(partColor(i));
        painter->drawRoundedRect(QRectF(x, top + (metrics.height() - kSwatch) / 2.0, kSwatch, kSwatch), 2, 2);
        x += kSwatch + kGrid;
        painter->setPen(secondaryText(palette()));
        const QString name = m_parts[i].name + u' ';
        painter->drawText(QRect(x, top, width(), metrics.height()), Qt::AlignLeft, name);
        x += metrics.horizontalAdvance(name);
        painter->setPen(palette().color(QPalette::WindowText));
        painter->drawText(QRect(x, top, width(), metrics.height()), Qt::AlignLeft, m_parts[i].figure);
        x += metrics.horizontalAdvance(m_parts[i].figure) + kGroupSpacing;
    }
}

} // namespace lamella::widgets
