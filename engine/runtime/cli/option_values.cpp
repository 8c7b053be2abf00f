// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/option_values.h"

#include "engine/base/compose.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace lamella::runtime::cli {

namespace {

std::unexpected<Error> notA(std::string_view what, std::string_view name, const std::string& value)
{
    return failure(ErrorKind::InvalidArgument, compose("--{}: \"{}\" is not {}", name, value, what));
}

/// All of `text` as a number; none where it is something else or out of range. from_chars takes no blank and no "+".
template <class T>
std::optional<T> wholeNumber(std::string_view text)
{
    T number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return number;
}

/// Takes "1.5" off the front of `text`; none where there is no number. (from_chars() of a double brings all locales
/// into the program.)
std::optional<double> takeNumber(std::string_view& text)
{
    double number = 0;
    double place = 0; // of the next digit behind the point
    std::size_t digits = 0;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && place == 0) {
            place = 0.1;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        ++digits;
        number = place == 0 ? number * 10 + (c - '0') : number + (c - '0') * std::exchange(place, place / 10);
    }
    if (digits == 0)
        return std::nullopt;
    text.remove_prefix(at);
    return number;
}

struct TimeUnit {
    std::string_view name;
    std::int64_t nanoseconds;
};
constexpr std::array kTimeUnits{TimeUnit{"ns", 1},
                                TimeUnit{"us", 1'000},
                                TimeUnit{"ms", 1'000'000},
                                TimeUnit{"s", 1'000'000'000},
                                TimeUnit{"m", 60LL * 1'000'000'000},
                                TimeUnit{"h", 3600LL * 1'000'000'000}};

/// Takes "90" and "s" off the front of `text`; none where there is no such part.
std::optional<double> takeTime(std::string_view& text)
{
    const auto number = takeNumber(text);
    if (!number)
        return std::nullopt;
    const std::string_view word = text.substr(0, text.find_first_not_of("nsumh"));
    const auto unit = std::ranges::find(kTimeUnits, word, &TimeUnit::name);
    if (unit == kTimeUnits.end())
        return std::nullopt;
    text.remove_prefix(word.size());
    return *number * static_cast<double>(unit->nanoseconds);
}

/// How far a unit such as "k", "MB" or "GiB" shifts; none for what is no unit.
std::optional<int> unitShift(std::string_view unit)
{
    if (unit.empty() || unit == "b" || unit == "B")
        return 0;
    constexpr std::string_view kLetters = "kmgtp";
    const auto at = kLetters.find(static_cast<char>(std::tolower(static_cast<unsigned char>(unit.front()))));
    const std::string_view tail = unit.substr(1);
    if (at == kLetters.npos || !(tail.empty() || tail == "b" || tail == "B" || tail == "ib" || tail == "iB"))
        return std::nullopt;
    return 10 * (static_cast<int>(at) + 1);
}

} // namespace

Result<std::uint64_t> readNumber(std::string_view name, const std::string& value, std::uint64_t most)
{
    const auto number = wholeNumber<std::uint64_t>(value);
    if (!number || *number > most)
        return notA(compose("a number from 0 to {}", most), name, value);
    return *number;
}

Result<std::uint32_t> readId(std::string_view name, const std::string& value)
{
    return static_cast<std::uint32_t>(TRY(readNumber(name, value, std::numeric_limits<std::int32_t>::max())));
}

Result<ExecUser> readUser(std::string_view name, const std::string& value)
{
    const std::size_t colon = value.find(':');
    ExecUser user;
    user.uid = TRY(readId(name, value.substr(0, colon)));
    if (colon != std::string::npos)
        user.gid = TRY(readId(name, value.substr(colon + 1)));
    return user;
}

Result<bool> readBool(std::string_view name, const std::string& value)
{
    constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "false", "FALSE", "False"};
    if (std::ranges::contains(kTrue, std::string_view{value}))
        return true;
    if (std::ranges::contains(kFalse, std::string_view{value}))
        return false;
    return notA("true or false", name, value);
}

Result<std::chrono::nanoseconds> readDuration(std::string_view name, const std::string& value)
{
    constexpr double kMost = 24.0 * 3600 * 1e9;
    double total = 0;
    for (std::string_view rest = value; !rest.empty();) {
        const auto part = takeTime(rest);
        if (!part)
            return notA("a time such as 5s or 100ms", name, value);
        total += *part;
    }
    if (!(total >= 1 && total <= kMost))
        return notA("a time above nothing and up to a day", name, value);
    return std::chrono::nanoseconds{static_cast<std::int64_t>(total)};
}

Result<std::int64_t> readSize(std::string_view name, const std::string& value)
{
    if (value == "-1")
        return -1;
    if (const auto whole = wholeNumber<std::int64_t>(value); whole && *whole >= 0)
        return *whole; // exact, however large
    std::string_view unit{value};
    const auto number = takeNumber(unit);
    if (unit.starts_with(' '))
        unit.remove_prefix(1);
    const auto shift = number ? unitShift(unit) : std::nullopt;
    const double bytes = shift ? std::ldexp(*number, *shift) : -1;
    if (!(bytes >= 0 && bytes < 0x1p63))
        return notA("a size in bytes such as 1048576 or 64m, or -1", name, value);
    return static_cast<std::int64_t>(bytes);
}

Result<std::int64_t> readInteger(std::string_view name, const std::string& value)
{
    if (const auto number = wholeNumber<std::int64_t>(value))
        return *number;
    return notA("a whole number", name, value);
}

} // namespace lamella::runtime::cli
