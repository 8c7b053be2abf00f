// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/pax.h"

#include <algorithm>
#include <charconv>
#include <ranges>

namespace lamella::layer {

namespace {

// GNU's oldest sparse format writes two records for each piece.
constexpr std::size_t kMaxRecords = 200'000;
constexpr long kNanoseconds = 1'000'000'000;

std::unexpected<Error> damagedPax()
{
    return failure(ErrorKind::InvalidArgument, "an extended header of the archive is damaged");
}

} // namespace

std::optional<std::uint64_t> paxNumber(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

Result<PaxRecords> parsePax(std::string_view text)
{
    PaxRecords records;
    records.reserve(std::min(kMaxRecords, static_cast<std::size_t>(std::ranges::count(text, '\n'))));
    while (!text.empty() && text.front() != '\0') {
        const auto space = text.find(' ');
        const auto length = space == std::string_view::npos ? std::nullopt : paxNumber(text.substr(0, space));
        if (!length || *length > text.size() || *length < space + 3 || text[*length - 1] != '\n')
            return damagedPax();
        const auto record = text.substr(space + 1, *length - space - 2);
        const auto equals = record.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return damagedPax();
        if (records.size() == kMaxRecords)
            return failure(ErrorKind::LimitExceeded, "an extended header of the archive has too many records");
        records.emplace_back(record.substr(0, equals), record.substr(equals + 1));
        text.remove_prefix(*length);
    }
    return records;
}

std::optional<std::string_view> paxValue(const PaxRecords& records, std::string_view key)
{
    for (const auto& [name, value] : records | std::views::reverse) {
        if (name == key)
            return value.empty() ? std::nullopt : std::optional<std::string_view>{value};
    }
    return std::nullopt;
}

std::optional<timespec> paxTime(std::string_view text)
{
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    const auto dot = text.find('.');
    const auto seconds = paxNumber(text.substr(0, dot));
    if (!seconds || *seconds > static_cast<std::uint64_t>(INT64_MAX / 2))
        return std::nullopt;
    auto fraction = std::string(dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1));
    if (!std::ranges::all_of(fraction, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    fraction.resize(9, '0');
    timespec time{static_cast<time_t>(*seconds), static_cast<long>(paxNumber(fraction).value_or(0))};
    if (!negative)
        return time;
    time.tv_sec = -time.tv_sec;
    if (time.tv_nsec > 0) {
        --time.tv_sec;
        time.tv_nsec = kNanoseconds - time.tv_nsec;
    }
    return time;
}

} // namespace lamella::layer
