// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::db {
class Database;
}

namespace lamella::container {

/// Ids of the host that stand for a container's ids from 0 (user_namespaces(7)).
struct IdRange {
    std::uint32_t base = 0;
    std::uint32_t count = 0;

    friend bool operator==(const IdRange&, const IdRange&) = default;
};

inline constexpr std::uint32_t kIdCount = 65536;
/// Where ranges of our own begin: above login users, below what a signed id can be.
inline constexpr std::uint32_t kFirstOwnId = 0x20000000;

/// One row of subuid(5) or subgid(5).
struct SubidRow {
    std::string user; ///< name or number
    IdRange range;
};

/// The rows of subuid(5)'s text; damaged ones and those that go over 32 bits are left out.
std::vector<SubidRow> parseSubids(std::string_view text);

/// The first range of `names` (the user's name and number) that has kIdCount ids, as users and as groups, and that
/// overlaps no range of anybody else's in either list, nor one of `taken`.
std::optional<IdRange> ownSubids(const std::vector<SubidRow>& uids, const std::vector<SubidRow>& gids,
                                 const std::vector<std::string>& names, const std::vector<IdRange>& taken);

/// The lowest range from kFirstOwnId upward that overlaps nothing. Errors: LimitExceeded.
Result<IdRange> freeRange(const std::vector<SubidRow>& uids, const std::vector<SubidRow>& gids,
                          const std::vector<IdRange>& taken);

/// The range of `owner`'s containers: the one in the database, else one of /etc/subuid and /etc/subgid, else a free
/// one; it is recorded, because the files of containers keep these ids.
Result<IdRange> rangeOf(db::Database& database, uid_t owner);

} // namespace lamella::container
