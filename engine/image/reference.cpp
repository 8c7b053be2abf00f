// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/reference.h"

#include "engine/image/limits.h"

#include <algorithm>

namespace lamella::image {

bool isReference(std::string_view name)
{
    const auto isAlphanumeric
        = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    const auto isAllowed = [&](char c) { return isAlphanumeric(c) || std::string_view{"-._:@/+"}.contains(c); };
    return !name.empty() && name.size() <= limits::kReference && isAlphanumeric(name.front())
        && isAlphanumeric(name.back()) && std::ranges::all_of(name, isAllowed);
}

std::string withTag(std::string_view name)
{
    const auto last = name.substr(name.rfind('/') + 1); // a port's colon comes before a slash
    return std::string{name} + (last.contains(':') || last.contains('@') ? "" : ":latest");
}

} // namespace lamella::image
