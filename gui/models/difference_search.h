// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"

namespace lamella::models {

/// A place of a difference where a text stands.
struct TextHit {
    int row = 0;
    Side side = Side::Right; ///< of a row that is the same on both: the right one, for both
    TextPart part = {};

    friend bool operator==(const TextHit&, const TextHit&) = default;
};

/// What is more is not looked for.
inline constexpr std::size_t kMostHits = 10'000;

/// The places of `text`, whatever the case of its letters, from the first row on, and of the left side before the
/// right one. They do not overlap.
std::vector<TextHit> findInDifference(const Difference& difference, const QString& text);

} // namespace lamella::models
