// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/reference.h"

#include "engine/image/limits.h"

#include <algorithm>
#include <format>

namespace lamella::image {

namespace {

constexpr std::string_view kDefaultRegistry = "docker.io";
constexpr std::string_view kDefaultRegistryOld = "index.docker.io";

constexpr bool isUpper(char c)
{
    return c >= 'A' && c <= 'Z';
}

constexpr bool isAlphanumeric(char c)
{
    return isUpper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// An IPv6 address is in brackets, because it has colons of its own, and is always a registry's: what stands behind it.
std::string_view withoutBrackets(std::string_view name)
{
    const auto end = name.starts_with('[') ? name.find(']') : 0;
    if (end == 0 || end == std::string_view::npos)
        return name;
    const auto rest = name.substr(end + 1);
    const auto port = rest.substr(0, rest.find('/'));
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    const bool isRegistry = rest.contains('/')
        && (port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), isDigit)))
        && std::ranges::all_of(name.substr(1, end - 1), [](char c) { return isAlphanumeric(c) || c == ':'; });
    return isRegistry ? rest : name;
}

} // namespace

bool isReference(std::string_view name)
{
    const auto isAllowed = [](char c) { return isAlphanumeric(c) || std::string_view{"-._:@/+"}.contains(c); };
    const auto rest = withoutBrackets(name);
    const bool beginsWell = rest.size() < name.size() || (!rest.empty() && isAlphanumeric(rest.front()));
    return beginsWell && !rest.empty() && canonicalReference(name).size() <= limits::kName
        && !std::string_view{":@/+"}.contains(rest.back()) && std::ranges::all_of(rest, isAllowed);
}

bool namesRegistry(std::string_view first)
{
    return first.contains('.') || first.contains(':') || first.starts_with('[') || first == "localhost"
        || std::ranges::any_of(first, isUpper);
}

std::string canonicalReference(std::string_view name)
{
    auto registry = kDefaultRegistry;
    auto rest = name;
    if (const auto slash = name.find('/'); slash != std::string_view::npos && namesRegistry(name.substr(0, slash))) {
        registry = name.substr(0, slash);
        rest.remove_prefix(slash + 1);
        if (registry == kDefaultRegistryOld)
            registry = kDefaultRegistry;
    }
    const bool isOfficial = registry == kDefaultRegistry && !rest.substr(0, rest.find('@')).contains('/');
    const auto last = rest.substr(rest.rfind('/') + 1);
    return std::format("{}/{}{}{}", registry, isOfficial ? "library/" : "", rest,
                       last.contains(':') || last.contains('@') ? "" : ":latest");
}

} // namespace lamella::image
