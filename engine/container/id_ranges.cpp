// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/id_ranges.h"

#include "engine/db/database.h"
#include "engine/os/file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <pwd.h>

namespace lamella::container {

namespace {

constexpr std::uint32_t kEndOfOwnIds = 0x7fff0000;

bool overlap(const IdRange& a, const IdRange& b)
{
    return std::uint64_t{a.base} < std::uint64_t{b.base} + b.count
        && std::uint64_t{b.base} < std::uint64_t{a.base} + a.count;
}

std::optional<std::uint32_t> number(std::string_view text)
{
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<SubidRow> parseRow(std::string_view line)
{
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos || first == 0)
        return std::nullopt;
    const auto base = number(line.substr(first + 1, second - first - 1));
    const auto count = number(line.substr(second + 1));
    if (!base || !count || std::uint64_t{*base} + *count > 0xffffffff)
        return std::nullopt;
    return SubidRow{std::string{line.substr(0, first)}, {*base, *count}};
}

bool isNamed(const SubidRow& row, const std::vector<std::string>& names)
{
    return std::ranges::find(names, row.user) != names.end();
}

bool isForeign(const IdRange& range, const std::vector<SubidRow>& rows, const std::vector<std::string>& names)
{
    return std::ranges::any_of(rows,
                               [&](const SubidRow& row) { return !isNamed(row, names) && overlap(row.range, range); });
}

bool isTaken(const IdRange& range, const std::vector<IdRange>& taken)
{
    return std::ranges::any_of(taken, [&](const IdRange& other) { return overlap(range, other); });
}

bool coversAsGroup(const IdRange& range, const std::vector<SubidRow>& gids, const std::vector<std::string>& names)
{
    return std::ranges::any_of(gids, [&](const SubidRow& row) {
        return isNamed(row, names) && row.range.base <= range.base
            && std::uint64_t{row.range.base} + row.range.count >= std::uint64_t{range.base} + range.count;
    });
}

std::vector<std::string> namesOf(uid_t owner)
{
    std::vector<std::string> names{std::to_string(owner)};
    std::array<char, 16 * 1024> buffer;
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(owner, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        names.emplace_back(found->pw_name);
    return names;
}

std::vector<SubidRow> readSubids(const char* file)
{
    const auto text = os::readFile(file);
    return text ? parseSubids(*text) : std::vector<SubidRow>{};
}

} // namespace

std::vector<SubidRow> parseSubids(std::string_view text)
{
    std::vector<SubidRow> rows;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (auto row = parseRow(text.substr(0, end)))
            rows.push_back(std::move(*row));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return rows;
}

std::optional<IdRange> ownSubids(const std::vector<SubidRow>& uids, const std::vector<SubidRow>& gids,
                                 const std::vector<std::string>& names, const std::vector<IdRange>& taken)
{
    for (const SubidRow& row : uids) {
        const IdRange range{row.range.base, kIdCount};
        if (isNamed(row, names) && row.range.count >= kIdCount && row.range.base > 0
            && coversAsGroup(range, gids, names) && !isForeign(range, uids, names) && !isForeign(range, gids, names)
            && !isTaken(range, taken))
            return range;
    }
    return std::nullopt;
}

Result<IdRange> freeRange(const std::vector<SubidRow>& uids, const std::vector<SubidRow>& gids,
                          const std::vector<IdRange>& taken)
{
    for (std::uint32_t base = kFirstOwnId; base < kEndOfOwnIds; base += kIdCount) {
        const IdRange range{base, kIdCount};
        if (!isForeign(range, uids, {}) && !isForeign(range, gids, {}) && !isTaken(range, taken))
            return range;
    }
    return failure(ErrorKind::LimitExceeded, "there is no free range of user ids left on this machine");
}

Result<IdRange> rangeOf(db::Database& database, uid_t owner)
{
    auto connection = database.lock();
    std::vector<IdRange> taken;
    auto rows = TRY(connection.prepare("SELECT owner, base, count FROM id_ranges"));
    while (TRY(rows.step())) {
        const IdRange range{static_cast<std::uint32_t>(rows.integer(1)), static_cast<std::uint32_t>(rows.integer(2))};
        if (rows.integer(0) == static_cast<std::int64_t>(owner))
            return range;
        taken.push_back(range);
    }
    const auto uids = readSubids("/etc/subuid");
    const auto gids = readSubids("/etc/subgid");
    auto range = ownSubids(uids, gids, namesOf(owner), taken);
    if (!range)
        range = TRY(freeRange(uids, gids, taken));
    TRY(connection.run("INSERT INTO id_ranges (owner, base, count) VALUES (?, ?, ?)", owner, range->base,
                       range->count));
    return *range;
}

} // namespace lamella::container
