// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"

#include <memory>
#include <optional>
#include <set>

namespace lamella::models {

/// One line of what is shown: a row, one side of a row, or a stretch of rows that is folded away.
struct ShownLine {
    int row = 0; ///< the first one of a stretch
    int folded = 0; ///< rows of the stretch; 0: this is a row
    std::optional<Side> only = {}; ///< in one column: the side this line is of; both where the row is the same

    friend bool operator==(const ShownLine&, const ShownLine&) = default;
};

/// Which rows of a difference are shown: side by side or in one column, and with what did not change folded away but
/// for a few lines around each change.
class DifferenceLines {
public:
    static constexpr int kContext = 3;

    void setDifference(std::shared_ptr<const Difference> difference);
    const Difference* difference() const { return m_difference.get(); }
    void setOneColumn(bool oneColumn);
    bool isOneColumn() const { return m_oneColumn; }
    /// Without folds.
    void setWhole(bool whole);
    bool isWhole() const { return m_whole; }
    /// Unfolds the stretch that this line stands for.
    void unfold(int line);

    int count() const { return static_cast<int>(m_lines.size()); }
    const ShownLine& at(int line) const { return m_lines[static_cast<std::size_t>(line)]; }
    /// The first line of each change, in their order.
    const std::vector<int>& changes() const { return m_changes; }
    /// The index of a line of the text, where this line shows one of that side; otherwise -1.
    int textLine(int line, Side side) const;
    bool hasFolds() const;

private:
    void build();
    void appendSame(int first, int end);
    void appendChange(int first, int end);
    void appendRows(int first, int end, std::optional<Side> only);

    std::shared_ptr<const Difference> m_difference;
    std::vector<ShownLine> m_lines;
    std::vector<int> m_changes;
    std::set<int> m_unfolded; ///< the first rows of stretches
    bool m_oneColumn = false;
    bool m_whole = false;
};

} // namespace lamella::models
