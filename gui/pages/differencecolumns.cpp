// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/differencecolumns.h"

#include "gui/widgets/fonts.h"

namespace lamella::pages {
namespace {

/// The text leaves a little room behind itself.
SideColumns sideColumns(Span whole, int numbersFrom, int numbersWidth, int signWidth)
{
    const Span numbers{numbersFrom, numbersFrom + numbersWidth};
    const Span sign{numbers.to, numbers.to + signWidth};
    return {whole, numbers, sign, {sign.to, std::max(sign.to, whole.to - widgets::kGrid)}};
}

} // namespace

DifferenceColumns differenceColumns(Arrangement arrangement, models::Side only, int width, int digits, int cell)
{
    const int numbers = digits * cell + 2 * widgets::kSpacing;
    const int sign = 2 * cell;
    const Span whole{0, width};
    switch (arrangement) {
    case Arrangement::SideBySide: {
        const int half = width / 2;
        return {sideColumns({0, half}, 0, numbers, sign), sideColumns({half, width}, half, numbers, sign)};
    }
    case Arrangement::OneColumn: {
        const int second = numbers - widgets::kSpacing;
        SideColumns left = sideColumns(whole, 0, numbers, sign);
        const SideColumns right = sideColumns(whole, second, numbers, sign);
        left.sign = right.sign;
        left.text = right.text;
        return {left, right};
    }
    case Arrangement::Alone:
        break;
    }
    const SideColumns shown = sideColumns(whole, 0, numbers, 0);
    return only == models::Side::Left ? DifferenceColumns{shown, {}} : DifferenceColumns{{}, shown};
}

} // namespace lamella::pages
