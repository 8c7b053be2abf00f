// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/hexview.h"

#include "gui/widgets/fonts.h"

#include <QScrollBar>

#include <algorithm>

namespace lamella::pages {

using models::Side;

namespace {

constexpr int kSignCells = 3; ///< with room around it
constexpr int kGapCells = 2;
constexpr int kFullLine = 16;
constexpr int kHalfLine = 8;

} // namespace

int HexView::cellsBefore(int byte)
{
    return 3 * byte + (byte >= kHalfLine ? 1 : 0);
}

QString HexView::hexDigits(char byte)
{
    return QStringLiteral("%1").arg(static_cast<uchar>(byte), 2, 16, QLatin1Char('0'));
}

QChar HexView::shownByte(char byte)
{
    return byte >= 0x20 && byte < 0x7f ? QLatin1Char(byte) : QChar(0xb7);
}

HexView::HexView(QWidget* parent)
    : ChangeView(parent)
{
    setObjectName(QStringLiteral("differenceBytes"));
    setAccessibleName(tr("Bytes"));
}

void HexView::setBytes(const QByteArray& left, const QByteArray& right, std::optional<Side> only)
{
    m_left = left;
    m_right = right;
    m_only = only;
    setCurrentChange(-1);
    m_perLine = fittingBytes();
    updateLines();
    verticalScrollBar()->setValue(0);
    horizontalScrollBar()->setValue(0);
    goToChange(0);
}

ChangeTone HexView::toneOfByte(qsizetype at) const
{
    if (m_only)
        return ChangeTone::None;
    if (at >= m_left.size())
        return ChangeTone::Added;
    if (at >= m_right.size())
        return ChangeTone::Removed;
    return m_left[at] == m_right[at] ? ChangeTone::None : ChangeTone::Changed;
}

ChangeTone HexView::toneOfLine(int line) const
{
    if (m_only)
        return ChangeTone::None;
    const qsizetype from = qsizetype{line} * m_perLine;
    const auto part = [&](const QByteArray& bytes) { return QByteArrayView(bytes).mid(from, m_perLine); };
    if (part(m_left) == part(m_right))
        return ChangeTone::None;
    if (from >= m_left.size())
        return ChangeTone::Added;
    return from >= m_right.size() ? ChangeTone::Removed : ChangeTone::Changed;
}

void HexView::updateLines()
{
    const qsizetype most = std::max(m_left.size(), m_right.size());
    const int count = static_cast<int>((most + m_perLine - 1) / m_perLine);
    std::vector<int> changes;
    bool wasSame = true;
    for (int line = 0; line < count && !m_only; ++line) {
        const bool isSame = toneOfLine(line) == ChangeTone::None;
        if (wasSame && !isSame)
            changes.push_back(line);
        wasSame = isSame;
    }
    setLines(count, std::move(changes));
}

QString HexView::lineText(int line, Side side) const
{
    QString figures;
    QString text;
    const QByteArrayView part = QByteArrayView(bytes(side)).mid(qsizetype{line} * m_perLine, m_perLine);
    for (const char byte : part) {
        figures += hexDigits(byte) + u' ';
        text += shownByte(byte);
    }
    return part.isEmpty() ? QString() : figures + u' ' + text;
}

int HexView::cell() const
{
    return fontMetrics().horizontalAdvance(u'8');
}

int HexView::sideCells(int perLine) const
{
    return cellsBefore(perLine - 1) + 2 + kGapCells + perLine;
}

int HexView::textCells() const
{
    return cellsBefore(m_perLine - 1) + 2 + kGapCells;
}

int HexView::sideFrom(Side side) const
{
    const int first = kOffsetCells + kSignCells;
    const bool isSecond = side == Side::Right && !m_only;
    return widgets::kSpacing + (first + (isSecond ? sideCells(m_perLine) + 2 * kGapCells : 0)) * cell()
        - horizontalScrollBar()->value();
}

int HexView::fittingBytes() const
{
    const int sides = m_only ? 1 : 2;
    const int needed = kOffsetCells + kSignCells + sides * sideCells(kFullLine) + (sides - 1) * 2 * kGapCells;
    return needed * cell() + 2 * widgets::kSpacing <= viewport()->width() ? kFullLine : kHalfLine;
}

std::pair<int, int> HexView::widths() const
{
    const int sides = m_only ? 1 : 2;
    const int cells = kOffsetCells + kSignCells + sides * sideCells(m_perLine) + (sides - 1) * 2 * kGapCells;
    return {cells * cell() + 2 * widgets::kSpacing, viewport()->width()};
}

void HexView::resizeEvent(QResizeEvent* event)
{
    ChangeView::resizeEvent(event);
    const int fitting = fittingBytes();
    if (fitting == m_perLine)
        return;
    const qsizetype offset = qsizetype{firstLine()} * m_perLine;
    m_perLine = fitting;
    updateLines();
    verticalScrollBar()->setValue(static_cast<int>(offset / m_perLine));
}

} // namespace lamella::pages
