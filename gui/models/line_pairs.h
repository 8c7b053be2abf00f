// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"

#include <span>
#include <utility>

namespace lamella::models {

/// Which lines of one stretch became which of another: pairs of indices, both ascending. Lines that have little in
/// common are in none.
std::vector<std::pair<int, int>> pairLines(std::span<const TextLine> left, std::span<const TextLine> right);

/// What two lines do not share between their common beginning and their common end.
std::pair<TextPart, TextPart> differingParts(QStringView left, QStringView right);

} // namespace lamella::models
