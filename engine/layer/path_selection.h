// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lamella::layer {

/// True where `path` is `directory` or lies below it; "" is the root. Paths are those of insidePath().
bool isWithin(std::string_view path, std::string_view directory);

/// Some paths of a tree, each with all below it. None at all: the whole tree.
class PathSelection {
public:
    PathSelection() = default;
    explicit PathSelection(std::vector<std::string> paths);

    enum class Part {
        None,
        Above, ///< a directory on the way to what is selected
        Within,
    };
    Part of(std::string_view path) const;

    /// The names of what is selected directly in `directory`.
    std::vector<std::string> namesIn(std::string_view directory) const;

private:
    std::vector<std::string> m_paths; ///< sorted
};

} // namespace lamella::layer
