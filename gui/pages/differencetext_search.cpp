// SPDX-License-Identifier: GPL-3.0-or-later
// What is searched for in a DifferenceText.
#include "gui/pages/differencetext.h"

#include <QScrollBar>

#include <algorithm>

namespace lamella::pages {

using models::TextHit;

void DifferenceText::find(const QString& text)
{
    if (text == m_sought)
        return;
    m_sought = text;
    search();
    // From where one is, as when one reads on.
    const int row = lineCount() > 0 ? m_lines.at(std::min(firstLine(), lineCount() - 1)).row : 0;
    const auto next = std::ranges::lower_bound(m_hits, row, {}, &TextHit::row);
    if (!m_hits.empty())
        goToHit(next == m_hits.end() ? 0 : static_cast<int>(next - m_hits.begin()));
}

void DifferenceText::search()
{
    m_currentHit = -1;
    m_hits = m_lines.difference() ? models::findInDifference(*m_lines.difference(), m_sought) : std::vector<TextHit>{};
    viewport()->update();
    Q_EMIT hitsChanged();
}

std::span<const TextHit> DifferenceText::hitsOf(int row) const
{
    const auto hits = std::ranges::equal_range(m_hits, row, {}, &TextHit::row);
    return {hits.begin(), hits.end()};
}

bool DifferenceText::isCurrent(const TextHit& hit) const
{
    return m_currentHit >= 0 && hit == m_hits[static_cast<std::size_t>(m_currentHit)];
}

/// The line that shows it, after it has been unfolded.
int DifferenceText::lineOfHit(const TextHit& hit)
{
    for (int line = 0; line < m_lines.count(); ++line) {
        const models::ShownLine& shown = m_lines.at(line);
        if (shown.folded > 0 && hit.row >= shown.row && hit.row < shown.row + shown.folded) {
            const int row = shown.row;
            m_lines.unfold(line);
            m_selection = {.side = m_selection.side};
            updateLines();
            return line + hit.row - row;
        }
        if (shown.folded == 0 && shown.row == hit.row && m_lines.textLine(line, hit.side) >= 0)
            return line;
    }
    return -1;
}

void DifferenceText::goToHit(int hit)
{
    if (hit < 0 || hit >= hitCount())
        return;
    m_currentHit = hit;
    const TextHit& place = m_hits[static_cast<std::size_t>(hit)];
    const int line = lineOfHit(place);
    const int page = verticalScrollBar()->pageStep();
    if (line < firstLine() || line >= firstLine() + page)
        verticalScrollBar()->setValue(line - page / 3);
    if (line >= 0)
        showSideways(line, place);
    viewport()->update();
    Q_EMIT hitsChanged();
}

void DifferenceText::showSideways(int line, const TextHit& hit)
{
    const QTextLine text = layout(line, hit.side).lineAt(0);
    const auto from = static_cast<int>(text.cursorToX(hit.part.from));
    const auto to = static_cast<int>(text.cursorToX(hit.part.from + hit.part.length));
    QScrollBar* bar = horizontalScrollBar();
    if (from < bar->value() || to > bar->value() + bar->pageStep())
        bar->setValue(std::max(0, from - bar->pageStep() / 3));
}

} // namespace lamella::pages
