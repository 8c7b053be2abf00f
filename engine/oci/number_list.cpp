// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/number_list.h"

#include <charconv>
#include <ranges>

namespace lamella::oci {

namespace {

struct Range {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// Digits alone: "7", or "0-3".
std::optional<Range> parseRange(std::string_view text)
{
    Range range;
    const char* const end = text.data() + text.size();
    auto [next, error] = std::from_chars(text.data(), end, range.first);
    range.last = range.first;
    if (error == std::errc{} && next != end && *next == '-') {
        const auto second = std::from_chars(next + 1, end, range.last);
        next = second.ptr;
        error = second.ec;
    }
    if (error != std::errc{} || next != end || range.last < range.first || range.last >= kListBits)
        return std::nullopt;
    return range;
}

} // namespace

std::optional<BitSet> parseNumberList(std::string_view list)
{
    BitSet bits{};
    for (const auto part : std::views::split(list, ',')) {
        const auto range = parseRange(std::string_view{part});
        if (!range)
            return std::nullopt;
        for (std::size_t number = range->first; number <= range->last; ++number)
            bits[number / 64] |= std::uint64_t{1} << number % 64;
    }
    return list.empty() ? std::nullopt : std::optional{bits};
}

} // namespace lamella::oci
