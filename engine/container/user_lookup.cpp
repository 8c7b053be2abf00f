// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/user_lookup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <optional>

namespace lamella::container {

namespace {

constexpr std::size_t kMaxLine = 16 * 1024;
constexpr std::size_t kMaxLines = 16 * 1024;
constexpr std::size_t kMaxUserName = 256;
constexpr std::size_t kMaxAdditionalGroups = 256;

bool isDigits(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits alone, in range: no sign, no blanks, no wrapping round (CVE-2024-40635).
std::optional<std::uint32_t> parseId(std::string_view text, std::uint32_t idCount)
{
    std::uint64_t value = 0;
    if (!isDigits(text))
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value >= idCount)
        return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

/// The fields of a row; nothing where it has not exactly N.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> fields(std::string_view line)
{
    std::array<std::string_view, N> found;
    for (std::size_t i = 0; i < N; ++i) {
        const std::size_t end = line.find(':');
        if ((end == std::string_view::npos) != (i == N - 1))
            return std::nullopt;
        found[i] = line.substr(0, end);
        if (end != std::string_view::npos)
            line.remove_prefix(end + 1);
    }
    return found;
}

/// Calls `row` with the fields of each good row until it returns true.
template <std::size_t N, class Row>
void forEachRow(std::string_view text, Row row)
{
    for (std::size_t count = 0; !text.empty() && count < kMaxLines; ++count) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.size() > kMaxLine)
            continue;
        if (const auto found = fields<N>(line); found && !found->front().empty() && row(*found))
            return;
    }
}

struct PasswdRow {
    std::string name;
    uid_t uid;
    gid_t gid;
    std::string home;
};

template <class Matches>
std::optional<PasswdRow> findUser(std::string_view passwd, std::uint32_t idCount, Matches matches)
{
    std::optional<PasswdRow> result;
    forEachRow<7>(passwd, [&](const std::array<std::string_view, 7>& row) {
        const auto uid = parseId(row[2], idCount);
        const auto gid = parseId(row[3], idCount);
        if (!uid || !gid || !matches(row[0], *uid))
            return false;
        result = PasswdRow{std::string{row[0]}, *uid, *gid, std::string{row[5]}};
        return true;
    });
    return result;
}

std::optional<gid_t> findGroup(std::string_view group, std::uint32_t idCount, std::string_view name)
{
    std::optional<gid_t> result;
    forEachRow<4>(group, [&](const std::array<std::string_view, 4>& row) {
        if (row[0] == name)
            result = parseId(row[2], idCount);
        return result.has_value();
    });
    return result;
}

bool listsMember(std::string_view members, std::string_view name)
{
    while (!members.empty()) {
        const std::size_t end = std::min(members.find(','), members.size());
        if (members.substr(0, end) == name)
            return true;
        members.remove_prefix(std::min(end + 1, members.size()));
    }
    return false;
}

std::vector<gid_t> groupsOf(std::string_view group, std::uint32_t idCount, std::string_view name)
{
    std::vector<gid_t> gids;
    forEachRow<4>(group, [&](const std::array<std::string_view, 4>& row) {
        const auto gid = parseId(row[2], idCount);
        if (gid && listsMember(row[3], name) && std::ranges::find(gids, *gid) == gids.end())
            gids.push_back(*gid);
        return gids.size() == kMaxAdditionalGroups;
    });
    return gids;
}

std::unexpected<Error> outOfRange(std::string_view id, std::uint32_t idCount)
{
    return failure(ErrorKind::InvalidArgument, std::format("the id {} is not from 0 to {}", id, idCount - 1));
}

/// The user's part; its row in passwd where it has one.
Result<std::optional<PasswdRow>> resolveName(std::string_view name, std::string_view passwd, std::uint32_t idCount,
                                             ResolvedUser& result)
{
    std::optional<PasswdRow> row;
    if (isDigits(name)) {
        const auto uid = parseId(name, idCount);
        if (!uid)
            return outOfRange(name, idCount);
        result.uid = *uid;
        row = findUser(passwd, idCount, [&](std::string_view, uid_t id) { return id == *uid; });
    } else {
        row = findUser(passwd, idCount, [&](std::string_view rowName, uid_t) { return rowName == name; });
        if (!row)
            return failure(ErrorKind::NotFound, std::format("the image has no user '{}' in /etc/passwd", name));
        result.uid = row->uid;
    }
    if (row) {
        result.gid = row->gid;
        result.home = row->home.starts_with('/') ? row->home : "/";
    }
    return row;
}

Result<gid_t> resolveGroup(std::string_view name, std::string_view group, std::uint32_t idCount)
{
    if (isDigits(name)) {
        const auto gid = parseId(name, idCount);
        if (!gid)
            return outOfRange(name, idCount);
        return *gid;
    }
    if (const auto gid = findGroup(group, idCount, name))
        return *gid;
    return failure(ErrorKind::NotFound, std::format("the image has no group '{}' in /etc/group", name));
}

bool canBeName(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxUserName && !text.starts_with('-') && !text.starts_with('+')
        && std::ranges::none_of(
            text, [](char c) { return c == ':' || c == ',' || c == '/' || static_cast<unsigned char>(c) <= ' '; });
}

} // namespace

Result<ResolvedUser> resolveUser(std::string_view user, std::string_view passwd, std::string_view group,
                                 std::uint32_t idCount)
{
    const std::size_t colon = user.find(':');
    const std::string_view name = user.empty() ? "0" : user.substr(0, colon);
    const bool hasGroup = colon != std::string_view::npos;
    const std::string_view groupName = hasGroup ? user.substr(colon + 1) : std::string_view{};
    if (!canBeName(name) || (hasGroup && !canBeName(groupName)))
        return failure(
            ErrorKind::InvalidArgument,
            std::format("'{}' is not a user: give user or user:group, names or numbers", user.substr(0, kMaxUserName)));
    ResolvedUser result;
    const auto row = TRY(resolveName(name, passwd, idCount, result));
    if (hasGroup)
        result.gid = TRY(resolveGroup(groupName, group, idCount));
    else if (row)
        result.additionalGids = groupsOf(group, idCount, row->name);
    return result;
}

} // namespace lamella::container
