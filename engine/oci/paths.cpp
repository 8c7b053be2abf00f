// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/paths.h"

#include <ranges>

namespace lamella::oci {

std::string cleanPath(std::string_view path)
{
    std::string clean;
    for (const auto part : std::views::split(path, '/')) {
        const std::string_view name{part};
        if (name.empty() || name == ".")
            continue;
        if (name == "..")
            clean.resize(clean.empty() ? 0 : clean.rfind('/'));
        else
            clean.append("/").append(name);
    }
    return clean.empty() ? "/" : clean;
}

bool isAtOrBelow(std::string_view path, std::string_view directory)
{
    return directory == "/" || path == directory
        || (path.starts_with(directory) && path.size() > directory.size() && path[directory.size()] == '/');
}

} // namespace lamella::oci
