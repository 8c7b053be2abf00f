// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/owner_rights.h"

#include <format>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

namespace lamella::image {

namespace {

constexpr gid_t kNoGroup = 65534;
constexpr std::size_t kMaxGroups = 65536; // NGROUPS_MAX

// The C library's function changes all threads.
bool setGroups(const std::vector<gid_t>& groups)
{
    return ::syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

} // namespace

Result<Owner> Owner::of(uid_t uid)
{
    std::string text(64u << 10, '\0');
    struct passwd entry{};
    struct passwd* found = nullptr;
    if (const int code = ::getpwuid_r(uid, &entry, text.data(), text.size(), &found); code != 0)
        return systemFailure(std::format("cannot look up user {}", uid), code);
    if (!found)
        return Owner{uid, kNoGroup};
    Owner owner{uid, entry.pw_gid, std::vector<gid_t>(64)};
    auto count = static_cast<int>(owner.groups.size());
    while (::getgrouplist(entry.pw_name, entry.pw_gid, owner.groups.data(), &count) < 0) {
        if (static_cast<std::size_t>(count) > kMaxGroups || static_cast<std::size_t>(count) <= owner.groups.size())
            return failure(ErrorKind::Failed, std::format("cannot look up the groups of user {}", uid));
        owner.groups.resize(static_cast<std::size_t>(count));
    }
    owner.groups.resize(static_cast<std::size_t>(count));
    return owner;
}

OwnerRights::OwnerRights(std::vector<gid_t> groups)
    : m_groups(std::move(groups))
{
}

OwnerRights::OwnerRights(OwnerRights&& other) noexcept
    : m_active(std::exchange(other.m_active, false))
    , m_groups(std::move(other.m_groups))
{
}

Result<OwnerRights> OwnerRights::enter(const Owner& owner)
{
    const int count = ::getgroups(0, nullptr);
    std::vector<gid_t> had(static_cast<std::size_t>(std::max(count, 0)));
    if (count < 0 || ::getgroups(count, had.data()) < 0)
        return systemFailure("cannot ask for the groups of this thread");
    OwnerRights acting{std::move(had)};
    if (!setGroups(owner.groups))
        return systemFailure("cannot take the groups of a user");
    ::setfsgid(owner.gid);
    ::setfsuid(owner.uid); // takes the file system capabilities away, and the way back returns them
    constexpr auto kAsk = static_cast<uid_t>(-1);
    if (static_cast<uid_t>(::setfsuid(kAsk)) != owner.uid || static_cast<gid_t>(::setfsgid(kAsk)) != owner.gid)
        return failure(ErrorKind::Failed, std::format("cannot act as user {}", owner.uid));
    return acting;
}

OwnerRights::~OwnerRights()
{
    if (!m_active)
        return;
    ::setfsuid(0);
    ::setfsgid(0);
    setGroups(m_groups);
}

} // namespace lamella::image
