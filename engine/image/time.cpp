// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/documents.h"

#include <charconv>
#include <optional>

namespace lamella::image {

namespace {

// Takes exactly `digits` digits off the front.
std::optional<int> takeNumber(std::string_view& text, std::size_t digits)
{
    int value = 0;
    if (text.size() < digits || text[0] < '0' || text[0] > '9')
        return std::nullopt;
    const auto [end, code] = std::from_chars(text.data(), text.data() + digits, value);
    if (code != std::errc{} || end != text.data() + digits)
        return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view allowed)
{
    if (text.empty() || !allowed.contains(text.front()))
        return false;
    text.remove_prefix(1);
    return true;
}

// A group of numbers with one separator between each: "2024-01-31" or "12:00:00".
template <std::size_t Count>
bool takeGroup(std::string_view& text, const std::size_t (&digits)[Count], std::string_view separator,
               int (&values)[Count])
{
    for (std::size_t i = 0; i < Count; ++i) {
        if (i > 0 && !take(text, separator))
            return false;
        const auto value = takeNumber(text, digits[i]);
        if (!value)
            return false;
        values[i] = *value;
    }
    return true;
}

std::chrono::microseconds takeFraction(std::string_view& text)
{
    if (!take(text, "."))
        return {};
    std::int64_t value = 0;
    int digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
        if (digits < 6)
            value = value * 10 + (text[0] - '0');
        ++digits;
    }
    for (; digits < 6; ++digits)
        value *= 10;
    return std::chrono::microseconds{value};
}

} // namespace

std::chrono::microseconds parseTime(std::string_view text)
{
    int date[3] = {};
    int clock[3] = {};
    if (!takeGroup(text, {4, 2, 2}, "-", date) || !take(text, "Tt ") || !takeGroup(text, {2, 2, 2}, ":", clock))
        return {};
    const auto fraction = takeFraction(text);
    std::chrono::minutes offset{};
    if (!take(text, "Zz")) {
        const bool west = text.starts_with('-');
        int zone[2] = {};
        if (!take(text, "+-") || !takeGroup(text, {2, 2}, ":", zone))
            return {};
        offset = std::chrono::hours{zone[0]} + std::chrono::minutes{zone[1]};
        offset = west ? -offset : offset;
    }
    const std::chrono::year_month_day day{std::chrono::year{date[0]},
                                          std::chrono::month{static_cast<unsigned>(date[1])},
                                          std::chrono::day{static_cast<unsigned>(date[2])}};
    if (!text.empty() || !day.ok() || clock[0] > 23 || clock[1] > 59 || clock[2] > 60)
        return {};
    const auto time = std::chrono::sys_days{day} + std::chrono::hours{clock[0]} + std::chrono::minutes{clock[1]}
        + std::chrono::seconds{clock[2]} - offset + fraction;
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
}

} // namespace lamella::image
