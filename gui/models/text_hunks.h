// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <expected>
#include <vector>

namespace lamella::models {

/// Lines, counted from 0, that are not the same in two texts.
struct TextHunk {
    int leftFrom = 0;
    int leftCount = 0;
    int rightFrom = 0;
    int rightCount = 0;
};

/// The differences of two texts, in their order, as Git finds them; or its words for why it cannot.
std::expected<std::vector<TextHunk>, QString> textHunks(const QByteArray& left, const QByteArray& right);

} // namespace lamella::models
