// SPDX-License-Identifier: GPL-3.0-or-later
// How a HexView paints its lines.
#include "gui/pages/hexview.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace lamella::pages {

using models::Side;

namespace {

/// The mark of the change that one went to.
constexpr int kHexMark = 3;

} // namespace

bool HexView::isInCurrentChange(int line) const
{
    if (currentChange() < 0 || line < changeStart(currentChange()) || toneOfLine(line) == ChangeTone::None)
        return false;
    return currentChange() + 1 >= changeCount() || line < changeStart(currentChange() + 1);
}

void HexView::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.setFont(font());
    const int last = std::min(lineCount() - 1, firstLine() + event->rect().bottom() / lineHeight());
    for (int line = firstLine() + event->rect().top() / lineHeight(); line <= last; ++line)
        paintLine(&painter, line);
}

void HexView::paintLine(QPainter* painter, int line) const
{
    const QRect place = lineRect(line);
    const ChangeTone tone = toneOfLine(line);
    const ChangeColors shades = changeColors(tone, palette());
    painter->fillRect(place, shades.ground);
    if (isInCurrentChange(line))
        painter->fillRect(0, place.top(), kHexMark, place.height(), widgets::accent(palette()));
    const int base = place.top() + widgets::kGrid / 2 + fontMetrics().ascent();
    const int from = widgets::kSpacing - horizontalScrollBar()->value();
    painter->setPen(readableOn({shades.ground}, widgets::secondaryText(palette()), palette()));
    const QString offset = QStringLiteral("%1").arg(qsizetype{line} * m_perLine, kOffsetCells, 16, QLatin1Char('0'));
    painter->drawText(from, base, offset);
    painter->setPen(shades.sign);
    painter->drawText(from + (kOffsetCells + 1) * cell(), base, changeSign(tone));
    for (const Side side : {Side::Left, Side::Right})
        if (!m_only || *m_only == side)
            paintSide(painter, line, side);
}

void HexView::paintSide(QPainter* painter, int line, Side side) const
{
    const int top = lineRect(line).top();
    const int from = sideFrom(side);
    const int textFrom = from + textCells() * cell();
    const qsizetype first = qsizetype{line} * m_perLine;
    for (int i = 0; i < m_perLine && first + i < bytes(side).size(); ++i)
        paintByte(painter, {from + cellsBefore(i) * cell(), top}, first + i, side, textFrom + i * cell());
}

void HexView::paintByte(QPainter* painter, QPoint at, qsizetype index, Side side, int textFrom) const
{
    const ChangeTone tone = toneOfByte(index);
    const char byte = bytes(side)[index];
    QFont shown = font();
    if (tone != ChangeTone::None) {
        const QColor part = changeColors(tone, palette()).part;
        painter->fillRect(at.x() - 1, at.y() + 1, 2 * cell() + 2, lineHeight() - 2, part);
        painter->fillRect(textFrom, at.y() + 1, cell(), lineHeight() - 2, part);
        shown.setBold(true);
    }
    const int base = at.y() + widgets::kGrid / 2 + fontMetrics().ascent();
    painter->setFont(shown);
    painter->setPen(palette().color(QPalette::Text));
    painter->drawText(at.x(), base, hexDigits(byte));
    painter->drawText(textFrom, base, shownByte(byte));
    painter->setFont(font());
}

} // namespace lamella::pages
