// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

/// Two texts line by line, as rows for a view that has them side by side.
namespace lamella::models {

enum class Side { Left, Right };
enum class LineEnd { Newline, CarriageReturnNewline, None };

struct TextLine {
    QString text; ///< without its end
    LineEnd end = LineEnd::Newline;

    friend bool operator==(const TextLine&, const TextLine&) = default;
};

enum class RowKind {
    Same,
    Added,
    Removed,
    Changed, ///< the line was edited: both sides have most in common
    Replaced, ///< a line that went beside another one that came
};

/// A part of a line, in UTF-16 units.
struct TextPart {
    int from = 0;
    int length = 0;

    friend bool operator==(const TextPart&, const TextPart&) = default;
};

struct DifferenceRow {
    int left = -1; ///< index of the line, -1: none here
    int right = -1;
    RowKind kind = RowKind::Same;
    TextPart leftPart = {}; ///< of a changed line: what is not the same in both
    TextPart rightPart = {};

    int line(Side side) const { return side == Side::Left ? left : right; }
    TextPart part(Side side) const { return side == Side::Left ? leftPart : rightPart; }
    friend bool operator==(const DifferenceRow&, const DifferenceRow&) = default;
};

struct Difference {
    std::vector<TextLine> left = {};
    std::vector<TextLine> right = {};
    std::vector<DifferenceRow> rows = {};
    int added = 0; ///< lines
    int removed = 0;
    int columns = 0; ///< of the longest line, in the cells of a monospace font
    QString notCompared = {}; ///< a sentence that says why they were not; then the rows only go by their numbers

    const std::vector<TextLine>& lines(Side side) const { return side == Side::Left ? left : right; }
    /// The first row of each run of rows that are not the same.
    std::vector<int> changes() const;
};

inline constexpr int kTabCells = 8;

/// What is longer is shown, but not compared.
inline constexpr qsizetype kMostComparedBytes = 2 * 1024 * 1024; ///< as UTF-8
inline constexpr std::size_t kMostComparedLines = 50'000;
inline constexpr qsizetype kLongestComparedLine = 10'000;

/// Takes up to seconds for long texts: not for the window's thread.
Difference difference(const QString& left, const QString& right);
/// One text that has nothing beside it.
Difference alone(const QString& text, Side side);

/// Each line with its end; a text that ends with a newline has no further line behind it.
std::vector<TextLine> splitLines(const QString& text);

} // namespace lamella::models
