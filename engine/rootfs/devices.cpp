// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/devices.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"
#include "engine/os/namespace.h"
#include "engine/os/umask.h"
#include "engine/rootfs/dev_links.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace lamella::rootfs {

namespace {

constexpr std::string_view kDevPrefix = "dev/";

/// The directories above `name` in a tmpfs that nobody else sees yet.
Result<void> makeParents(BorrowedFd directory, const std::string& name, Owner owner)
{
    for (std::size_t slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1)) {
        const std::string parent = name.substr(0, slash);
        const os::NoUmask asAskedFor;
        if (::mkdirat(directory.get(), parent.c_str(), 0755) != 0) {
            if (errno == EEXIST)
                continue;
            return systemFailure(compose("cannot make {}", parent));
        }
        if (::fchownat(directory.get(), parent.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
            return systemFailure(compose("cannot give {} to the container", parent));
    }
    return {};
}

Result<void> makeNode(BorrowedFd directory, const std::string& name, const DeviceNode& node)
{
    const os::NoUmask asAskedFor;
    if (::mknodat(directory.get(), name.c_str(), node.mode, node.number) != 0
        || ::fchownat(directory.get(), name.c_str(), node.owner.uid, node.owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
        return systemFailure(compose("cannot make the device /{}", node.path));
    return {};
}

Result<UniqueFd> mountTmpfs(const std::string& source, const oci::MountOptions& options, Owner owner)
{
    os::FileSystem tmpfs = TRY(os::FileSystem::open("tmpfs"));
    TRY(tmpfs.set("source", source));
    TRY(tmpfs.set("uid", std::to_string(owner.uid)));
    TRY(tmpfs.set("gid", std::to_string(owner.gid)));
    for (const auto& [key, value] : options.data) {
        if (key != "uid" && key != "gid")
            TRY(value.empty() ? tmpfs.setFlag(key) : tmpfs.set(key, value));
    }
    // Attributes come with the mount; the nodes are made before it can be read-only.
    return tmpfs.mount(options.own.set & ~std::uint64_t{MOUNT_ATTR_RDONLY});
}

} // namespace

Result<UniqueFd> makeDevices(const oci::Mount& mount, const oci::MountOptions& options, Owner owner,
                             const std::vector<DeviceNode>& nodes)
{
    UniqueFd tmpfs = TRY(mountTmpfs(mount.source.empty() ? "tmpfs" : mount.source, options, owner));
    for (const DeviceNode& node : nodes) {
        const std::string name = node.path.substr(kDevPrefix.size());
        TRY(makeParents(tmpfs.borrow(), name, owner));
        TRY(makeNode(tmpfs.borrow(), name, node));
    }
    if (!makeDevLinks(tmpfs.get(), owner))
        return systemFailure("cannot make the links of /dev");
    return tmpfs;
}

Result<std::vector<UniqueFd>> makeNodeMounts(const std::vector<DeviceNode>& nodes)
{
    std::vector<UniqueFd> mounts;
    oci::MountOptions options;
    options.own.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    const UniqueFd tmpfs = TRY(mountTmpfs("tmpfs", options, {}));
    for (std::size_t i = 0; i < nodes.size(); ++i)
        TRY(makeNode(tmpfs.borrow(), std::to_string(i), nodes[i]));
    // What is mounted nowhere cannot be bound (before Linux 6.15).
    TRY(os::callWithPrivateMounts([&]() -> Result<void> {
        const UniqueFd root = TRY(os::open("/", O_PATH | O_DIRECTORY));
        TRY(os::attachMount(tmpfs.borrow(), root.borrow(), "/"));
        for (std::size_t i = 0; i < nodes.size(); ++i)
            mounts.push_back(TRY(os::cloneMount(tmpfs.borrow(), std::to_string(i), false)));
        return {};
    }));
    return mounts;
}

} // namespace lamella::rootfs
