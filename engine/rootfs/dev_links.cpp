// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/dev_links.h"

#include "engine/rootfs/target.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

struct Link {
    const char* name;
    const char* target;
};

constexpr std::array kLinks{Link{"fd", "/proc/self/fd"}, Link{"stdin", "/proc/self/fd/0"},
                            Link{"stdout", "/proc/self/fd/1"}, Link{"stderr", "/proc/self/fd/2"}};
constexpr Link kCore{"core", "/proc/kcore"};
constexpr Link kTerminals{"ptmx", "pts/ptmx"};

bool makeLink(int directory, const Link& link, Owner owner)
{
    if (::symlinkat(link.target, directory, link.name) != 0)
        return false;
    // As root of the container it is the container's already.
    return (owner.uid == 0 && owner.gid == 0)
        || ::fchownat(directory, link.name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) == 0;
}

bool hasCore()
{
    return ::access(kCore.target, F_OK) == 0;
}

/// An image's own would open a terminal of the machine.
bool replaceTerminals(int directory)
{
    std::array<char, 16> target{};
    const ssize_t length = ::readlinkat(directory, kTerminals.name, target.data(), target.size());
    if (length > 0 && std::string_view{target.data(), static_cast<std::size_t>(length)} == kTerminals.target)
        return true;
    if (::unlinkat(directory, kTerminals.name, 0) != 0 && errno != ENOENT)
        return false;
    return makeLink(directory, kTerminals, {});
}

} // namespace

bool makeDevLinks(int directory, Owner owner)
{
    for (const Link& link : kLinks) {
        if (!makeLink(directory, link, owner))
            return false;
    }
    return (!hasCore() || makeLink(directory, kCore, owner)) && makeLink(directory, kTerminals, owner);
}

bool makeDevLinksIn(int root)
{
    const UniqueFd directory{openTarget(root, "dev", Missing::MakeDirectory, true)};
    if (!directory)
        return false;
    for (const Link& link : kLinks) {
        if (!makeLink(directory.get(), link, {}) && errno != EEXIST)
            return false;
    }
    if (hasCore() && !makeLink(directory.get(), kCore, {}) && errno != EEXIST)
        return false;
    return replaceTerminals(directory.get());
}

} // namespace lamella::rootfs
