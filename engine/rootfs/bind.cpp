// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/bind.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"

#include <algorithm>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace lamella::rootfs {

namespace {

bool has(const std::vector<oci::Propagation>& changes, std::uint64_t type)
{
    return std::ranges::contains(changes, type, &oci::Propagation::type);
}

/// A copy of a mount is a peer of the mount: whatever is mounted in one shows in the other. It stays so where it is to
/// be shared and the root file system is, which callers ask for together, as it makes the container's mounts show on
/// the host; with another root it only receives the host's, or nothing, and shares what it has with its own copies (so
/// it is with runc, whose mounts are all made like the root first). A slave must be made of a peer; and everything else
/// has nothing to do with the host.
Result<void> separate(BorrowedFd mount, const oci::MountOptions& options, std::string_view rootPropagation,
                      std::string_view what)
{
    const auto root = oci::propagationOf(rootPropagation).value_or(oci::Propagation{MS_SLAVE});
    const bool shared = has(options.propagation, MS_SHARED);
    if (shared && root.type == MS_SHARED)
        return {};
    const bool receives = has(options.propagation, MS_SLAVE) || (shared && root.type == MS_SLAVE);
    return os::setMountPropagation(mount, receives ? MS_SLAVE : MS_PRIVATE, true, what);
}

Result<long> fileSystemOf(BorrowedFd source, const std::string& path)
{
    struct statfs system{};
    if (::fstatfs(source.get(), &system) != 0)
        return systemFailure(compose("cannot look at {}", path));
    return system.f_type;
}

/// /proc is where the files are through which a container is confined: only a whole procfs may be there.
Result<void> needProcfs(long type, const struct stat& info, const std::string& path)
{
    constexpr ino_t kRootOfProcfs = 1;
    if (type != PROC_SUPER_MAGIC || info.st_ino != kRootOfProcfs)
        return failure(ErrorKind::InvalidArgument,
                       compose("mounts: only a procfs may be mounted on /proc, and {} is none", path));
    return {};
}

} // namespace

Result<Bind> makeBind(const oci::Mount& mount, const oci::MountOptions& options, const std::filesystem::path& bundle,
                      std::string_view rootPropagation, std::optional<BorrowedFd> userNamespace)
{
    const std::filesystem::path source = bundle / mount.source;
    const std::string& path = source.native();
    const UniqueFd file = TRY(os::open(source, O_PATH));
    const struct stat info = TRY(os::status(file.borrow(), path));
    const long type = TRY(fileSystemOf(file.borrow(), path));
    if (mount.destination == "/proc")
        TRY(needProcfs(type, info, path));
    Bind bind{TRY(os::cloneMount(file.borrow(), "", options.recursive)), S_ISDIR(info.st_mode),
              type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC};
    TRY(separate(bind.mount.borrow(), options, rootPropagation, path));
    if (!options.own.empty())
        TRY(os::setMountAttributes(bind.mount.borrow(), options.own.set, options.own.clear, false, path));
    if (!options.tree.empty())
        TRY(os::setMountAttributes(bind.mount.borrow(), options.tree.set, options.tree.clear, true, path));
    if (userNamespace)
        TRY(os::idMapMount(bind.mount.borrow(), *userNamespace, path, options.idMap == oci::IdMapScope::Tree));
    return bind;
}

Result<UniqueFd> copyTree(BorrowedFd directory, std::string_view propagation, std::string_view what)
{
    UniqueFd tree = TRY(os::cloneMount(directory, "", true));
    const auto change = oci::propagationOf(propagation);
    const bool receives = change && (change->type == MS_SLAVE || change->type == MS_SHARED);
    TRY(os::setMountPropagation(tree.borrow(), receives ? MS_SLAVE : MS_PRIVATE, true, what));
    return tree;
}

} // namespace lamella::rootfs
