// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/mount_table.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>

namespace lamella::container {

namespace {

/// Space, tab, newline and backslash are three octal digits.
std::string unescaped(std::string_view field)
{
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const bool isEscape = field[i] == '\\' && i + 3 < field.size();
        text += isEscape ? static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + field[i + 3] - '0')
                         : field[i];
        i += isEscape ? 3 : 0;
    }
    return text;
}

template <class Number>
std::optional<Number> number(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// "259:3"
std::optional<dev_t> deviceOf(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto major = number<unsigned>(text.substr(0, colon));
    const auto minor = number<unsigned>(text.substr(colon + 1));
    return major && minor ? std::optional{makedev(*major, *minor)} : std::nullopt;
}

/// Number, its parent's, device, root, mount point, options, any number of fields up to a "-", type, and more.
std::optional<MountEntry> parseLine(std::string_view line)
{
    constexpr std::ptrdiff_t kOptional = 6;
    std::vector<std::string_view> fields;
    for (const auto& field : std::views::split(line, ' '))
        fields.emplace_back(field);
    if (std::ssize(fields) <= kOptional)
        return std::nullopt;
    const auto dash = std::ranges::find(fields.begin() + kOptional, fields.end(), "-");
    const auto id = number<std::uint64_t>(fields[0]);
    const auto device = deviceOf(fields[2]);
    if (!id || !device || dash == fields.end() || dash + 1 == fields.end())
        return std::nullopt;
    return MountEntry{*id, *device, unescaped(fields[3]), unescaped(fields[4]), std::string{dash[1]}};
}

} // namespace

std::vector<MountEntry> parseMountTable(std::string_view mountinfo)
{
    std::vector<MountEntry> mounts;
    for (const auto& part : std::views::split(mountinfo, '\n')) {
        if (auto mount = parseLine(std::string_view{part}))
            mounts.push_back(std::move(*mount));
    }
    return mounts;
}

} // namespace lamella::container
