// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

namespace lamella::bench {

/// CLOCK_MONOTONIC, the clock that first_instruction prints.
inline std::chrono::nanoseconds now()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

/// The time that first_instruction has printed in `line`, if it is one.
inline std::optional<std::chrono::nanoseconds> printedTime(std::string_view line)
{
    long long value = 0;
    const auto [end, error] = std::from_chars(line.begin(), line.end(), value);
    if (error != std::errc{} || end == line.begin())
        return std::nullopt;
    return std::chrono::nanoseconds{value};
}

} // namespace lamella::bench
