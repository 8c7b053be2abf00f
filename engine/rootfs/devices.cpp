// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/devices.h"

#include "engine/oci/id_map.h"
#include "engine/os/mount.h"

#include <array>
#include <fcntl.h>
#include <format>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace lamella::rootfs {

namespace {

struct Node {
    const char* name;
    unsigned major;
    unsigned minor;
};

constexpr std::array kNodes{Node{"null", 1, 3},   Node{"zero", 1, 5},    Node{"full", 1, 7},
                            Node{"random", 1, 8}, Node{"urandom", 1, 9}, Node{"tty", 5, 0}};

struct Link {
    const char* name;
    const char* target;
};

constexpr std::array kLinks{Link{"fd", "/proc/self/fd"}, Link{"stdin", "/proc/self/fd/0"},
                            Link{"stdout", "/proc/self/fd/1"}, Link{"stderr", "/proc/self/fd/2"},
                            Link{"ptmx", "pts/ptmx"}};

Result<void> fill(BorrowedFd directory, Owner owner)
{
    for (const Node& node : kNodes) {
        // fchmodat afterwards: the umask of this process must not count.
        if (::mknodat(directory.get(), node.name, S_IFCHR | 0666, makedev(node.major, node.minor)) != 0
            || ::fchmodat(directory.get(), node.name, 0666, 0) != 0
            || ::fchownat(directory.get(), node.name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
            return systemFailure(std::format("cannot make /dev/{}", node.name));
    }
    for (const Link& link : kLinks) {
        if (::symlinkat(link.target, directory.get(), link.name) != 0
            || ::fchownat(directory.get(), link.name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
            return systemFailure(std::format("cannot make /dev/{}", link.name));
    }
    return {};
}

} // namespace

Owner containerRoot(const oci::Spec& spec)
{
    return {oci::hostId(spec.linux.uidMappings, 0), oci::hostId(spec.linux.gidMappings, 0)};
}

Result<UniqueFd> makeDevices(const oci::MountOptions& options, Owner owner)
{
    os::FileSystem tmpfs = TRY(os::FileSystem::open("tmpfs"));
    TRY(tmpfs.set("source", "tmpfs"));
    for (const auto& [key, value] : options.data) {
        if (key != "uid" && key != "gid")
            TRY(tmpfs.set(key, value));
    }
    TRY(tmpfs.set("uid", std::to_string(owner.uid)));
    TRY(tmpfs.set("gid", std::to_string(owner.gid)));
    // Attributes come with the mount; the nodes are made before it can be read-only.
    UniqueFd mount = TRY(tmpfs.mount(options.set & ~std::uint64_t{MOUNT_ATTR_RDONLY}));
    TRY(fill(mount.borrow(), owner));
    if ((options.set & MOUNT_ATTR_RDONLY) != 0)
        TRY(os::setMountAttributes(mount.borrow(), MOUNT_ATTR_RDONLY, 0, false, "/dev"));
    return mount;
}

} // namespace lamella::rootfs
