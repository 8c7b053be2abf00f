// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference_lines.h"

#include <compare>

namespace lamella::pages {

/// Between two characters of a line that is shown.
struct TextPlace {
    int line = 0;
    int column = 0;

    friend auto operator<=>(const TextPlace&, const TextPlace&) = default;
};

/// What is selected of one side of a difference.
struct TextSelection {
    models::Side side = models::Side::Right;
    TextPlace anchor = {};
    TextPlace cursor = {};

    bool isEmpty() const { return anchor == cursor; }
    TextPlace first() const { return std::min(anchor, cursor); }
    TextPlace last() const { return std::max(anchor, cursor); }
    /// What is selected of a line of this length.
    models::TextPart partOf(int line, int length) const;
};

/// The side whose text a line has at this side: in one column each line has only one.
models::Side sideOfLine(const models::DifferenceLines& lines, int line, models::Side side);
/// What is selected, with the lines that are folded away within it.
QString selectedText(const models::DifferenceLines& lines, const TextSelection& selection);
/// The word, or what else, around a place of a line.
models::TextPart wordAround(const QString& text, int column);

} // namespace lamella::pages
