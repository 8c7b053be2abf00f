// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"

#include <optional>

namespace lamella::pages {

enum class Arrangement { SideBySide, OneColumn, Alone };

/// From here to there, in pixels of the view's width.
struct Span {
    int from = 0;
    int to = 0;

    int width() const { return to - from; }
    bool contains(int x) const { return x >= from && x < to; }
};

struct SideColumns {
    Span whole;
    Span numbers;
    Span sign;
    Span text;
};

/// Where the numbers, the signs and the texts of both sides stand.
struct DifferenceColumns {
    SideColumns left;
    SideColumns right;

    const SideColumns& at(models::Side side) const { return side == models::Side::Left ? left : right; }
};

/// `digits`: of the highest line number; `cell`: the width of one. `only`: the side of one text that is alone.
DifferenceColumns differenceColumns(Arrangement arrangement, models::Side only, int width, int digits, int cell);

} // namespace lamella::pages
