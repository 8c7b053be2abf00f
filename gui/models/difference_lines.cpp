// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/difference_lines.h"

#include <algorithm>

namespace lamella::models {
namespace {

/// A line that stands for fewer would save nothing.
constexpr int kFewestFolded = 2;

} // namespace

void DifferenceLines::setDifference(std::shared_ptr<const Difference> difference)
{
    m_difference = std::move(difference);
    m_unfolded.clear();
    build();
}

void DifferenceLines::setOneColumn(bool oneColumn)
{
    m_oneColumn = oneColumn;
    build();
}

void DifferenceLines::setWhole(bool whole)
{
    m_whole = whole;
    m_unfolded.clear();
    build();
}

void DifferenceLines::unfold(int line)
{
    m_unfolded.insert(at(line).row);
    build();
}

int DifferenceLines::textLine(int line, Side side) const
{
    const ShownLine& shown = at(line);
    const bool isShown = shown.folded == 0 && shown.only.value_or(side) == side;
    return isShown ? m_difference->rows[static_cast<std::size_t>(shown.row)].line(side) : -1;
}

bool DifferenceLines::hasFolds() const
{
    return std::ranges::any_of(m_lines, [](const ShownLine& line) { return line.folded > 0; });
}

void DifferenceLines::build()
{
    m_lines.clear();
    m_changes.clear();
    if (!m_difference)
        return;
    const auto& rows = m_difference->rows;
    for (std::size_t first = 0; first < rows.size();) {
        const bool isSame = rows[first].kind == RowKind::Same;
        std::size_t end = first + 1;
        while (end < rows.size() && (rows[end].kind == RowKind::Same) == isSame)
            ++end;
        if (isSame)
            appendSame(static_cast<int>(first), static_cast<int>(end));
        else
            appendChange(static_cast<int>(first), static_cast<int>(end));
        first = end;
    }
}

void DifferenceLines::appendSame(int first, int end)
{
    const int last = static_cast<int>(m_difference->rows.size());
    const int from = first == 0 ? first : first + kContext;
    const int to = end == last ? end : end - kContext;
    const bool isAllThereIs = first == 0 && end == last;
    if (m_whole || isAllThereIs || to - from < kFewestFolded || m_unfolded.contains(from)) {
        appendRows(first, end, {});
        return;
    }
    appendRows(first, from, {});
    m_lines.push_back({.row = from, .folded = to - from});
    appendRows(to, end, {});
}

void DifferenceLines::appendChange(int first, int end)
{
    m_changes.push_back(count());
    if (m_oneColumn) {
        appendRows(first, end, Side::Left);
        appendRows(first, end, Side::Right);
    } else {
        appendRows(first, end, {});
    }
}

void DifferenceLines::appendRows(int first, int end, std::optional<Side> only)
{
    for (int row = first; row < end; ++row)
        if (!only || m_difference->rows[static_cast<std::size_t>(row)].line(*only) >= 0)
            m_lines.push_back({.row = row, .only = only});
}

} // namespace lamella::models
