// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/difference_search.h"

namespace lamella::models {

namespace {

void addHits(std::vector<TextHit>& hits, int row, Side side, const QString& line, const QString& text)
{
    for (qsizetype at = line.indexOf(text, 0, Qt::CaseInsensitive); at >= 0 && hits.size() < kMostHits;
         at = line.indexOf(text, at + text.size(), Qt::CaseInsensitive))
        hits.push_back({row, side, {static_cast<int>(at), static_cast<int>(text.size())}});
}

} // namespace

std::vector<TextHit> findInDifference(const Difference& difference, const QString& text)
{
    std::vector<TextHit> hits;
    if (text.isEmpty())
        return hits;
    for (std::size_t number = 0; number < difference.rows.size(); ++number) {
        const DifferenceRow& row = difference.rows[number];
        for (const Side side : {Side::Left, Side::Right}) {
            const bool isTold = side == Side::Left && row.kind == RowKind::Same && row.right >= 0;
            if (row.line(side) >= 0 && !isTold)
                addHits(hits, static_cast<int>(number), side,
                        difference.lines(side)[static_cast<std::size_t>(row.line(side))].text, text);
        }
    }
    return hits;
}

} // namespace lamella::models
