// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"
#include "engine/rootfs/child_mount.h"

#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

void finish(int root, const MountPlan& plan, const Reporter& reporter)
{
    reporter.require(::chdir("/") == 0, Step::Pivot);
    if (plan.rootPropagation)
        reporter.require(setPropagation(root, *plan.rootPropagation), Step::Pivot);
    reporter.reached(Step::Pivot);
}

/// Whether something is mounted on `root`, which is the root directory and the working one: only ".." goes up to it.
bool isCovered(int root, const Reporter& reporter)
{
    struct statx below{};
    struct statx top{};
    reporter.require(::statx(root, "", AT_EMPTY_PATH, STATX_MNT_ID, &below) == 0
                         && ::statx(AT_FDCWD, "..", 0, STATX_MNT_ID, &top) == 0,
                     Step::Pivot);
    return below.stx_mnt_id != top.stx_mnt_id;
}

/// In a user namespace the mounts of the machine are locked, and can only be covered. What says EINVAL or ENOENT to
/// both went with another one that it lay on.
bool hide(int directory)
{
    if (::fchdir(directory) != 0)
        return false;
    if (::umount2(".", MNT_DETACH) == 0)
        return true;
    return (errno == EINVAL || errno == EPERM)
        && (::mount("tmpfs", ".", "tmpfs", MS_RDONLY, "size=4k") == 0 || errno == EINVAL || errno == ENOENT);
}

} // namespace

void openHostSystems(MountPlan& plan)
{
    for (MountPlan::HostSystem& system : plan.hostSystems) {
        system.directory.reset(::open(system.point.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct statfs info{};
        const bool known = system.directory && ::fstatfs(system.directory.get(), &info) == 0
            && (info.f_type == PROC_SUPER_MAGIC || info.f_type == SYSFS_MAGIC);
        // Another mount lies over it: nobody finds it there.
        if (!known)
            system.directory.reset();
    }
}

void pivotInto(int root, const MountPlan& plan, const Reporter& reporter)
{
    reporter.require(::fchdir(root) == 0, Step::Pivot);
    // Stacks the old root on the new one's top, where umount2 finds it (pivot_root(2), NOTES).
    reporter.require(::syscall(SYS_pivot_root, ".", ".") == 0, Step::Pivot);
    reporter.require(::umount2(".", MNT_DETACH) == 0, Step::Pivot);
    // What was the container's root before another mount covered it may have lain on the old root, and came off first.
    while (plan.coversRoot && isCovered(root, reporter))
        reporter.require(::umount2(".", MNT_DETACH) == 0, Step::Pivot);
    finish(root, plan, reporter);
}

void changeRootInto(int root, const MountPlan& plan, const Reporter& reporter)
{
    // The kernel lets a container mount a new procfs or sysfs only where it sees a whole one: this one would not be
    // masked, and reachable for whoever leaves the root directory.
    for (const MountPlan::HostSystem& system : plan.hostSystems)
        reporter.require(!system.directory || hide(system.directory.get()), Step::Pivot);
    reporter.require(::fchdir(root) == 0 && ::chroot(".") == 0, Step::Pivot);
    finish(root, plan, reporter);
}

int makeProcfs()
{
    const int context = ::fsopen("proc", FSOPEN_CLOEXEC);
    if (context < 0)
        return -1;
    int mount = -1;
    if (::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
        mount = ::fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    const int errnum = errno;
    ::close(context);
    errno = errnum;
    return mount;
}

bool writeSysctl(int procfs, const char* key, const char* value, std::size_t length)
{
    constexpr char kPrefix[] = "sys/";
    char path[256];
    const std::size_t keyLength = std::strlen(key);
    if (keyLength + sizeof kPrefix > sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(path, kPrefix, sizeof kPrefix - 1);
    std::memcpy(path + sizeof kPrefix - 1, key, keyLength + 1);
    open_how how{};
    how.flags = O_WRONLY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    const auto file = static_cast<int>(::syscall(SYS_openat2, procfs, path, &how, sizeof how));
    if (file < 0)
        return false;
    struct statfs info{};
    bool ok = ::fstatfs(file, &info) == 0;
    if (ok && info.f_type != PROC_SUPER_MAGIC) {
        errno = EXDEV;
        ok = false;
    }
    ok = ok && ::write(file, value, length) == static_cast<ssize_t>(length);
    const int errnum = errno;
    ::close(file);
    errno = errnum;
    return ok;
}

} // namespace lamella::rootfs
