// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/path_selection.h"

#include "engine/layer/tree.h"

#include <algorithm>

namespace lamella::layer {

bool isWithin(std::string_view path, std::string_view directory)
{
    return directory.empty() || path == directory || (path.starts_with(directory) && path[directory.size()] == '/');
}

PathSelection::PathSelection(std::vector<std::string> paths)
    : m_paths(std::move(paths))
{
    std::ranges::sort(m_paths);
    // The root is everything.
    if (!m_paths.empty() && m_paths.front().empty())
        m_paths.clear();
}

PathSelection::Part PathSelection::of(std::string_view path) const
{
    if (m_paths.empty())
        return Part::Within;
    for (auto directory = path; !directory.empty(); directory = splitPath(directory).parent) {
        if (std::ranges::binary_search(m_paths, directory))
            return Part::Within;
    }
    if (path.empty())
        return Part::Above;
    const auto below = std::string{path} + '/';
    const auto next = std::ranges::lower_bound(m_paths, below);
    return next != m_paths.end() && next->starts_with(below) ? Part::Above : Part::None;
}

std::vector<std::string> PathSelection::namesIn(std::string_view directory) const
{
    const auto start = directory.empty() ? std::string{} : std::string{directory} + '/';
    std::vector<std::string> names;
    for (auto path = std::ranges::lower_bound(m_paths, start); path != m_paths.end() && path->starts_with(start);
         ++path) {
        if (splitPath(*path).parent == directory)
            names.emplace_back(splitPath(*path).name);
    }
    return names;
}

} // namespace lamella::layer
