// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"
#include "engine/rootfs/child_mount.h"
#include "engine/rootfs/target.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

constexpr std::uint64_t kNothing = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

int cloneOf(int file, unsigned flags = 0)
{
    return ::open_tree(file, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | flags);
}

bool moveOnto(int mount, int target)
{
    return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

/// The host's /dev/null, which is still reachable below the new root. Whoever could replace it by another file would
/// unmask what it covers: it must be character device 1:3.
int openNull()
{
    const int null = ::open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat info{};
    if (null < 0 || ::fstat(null, &info) != 0)
        return -1;
    if (!S_ISCHR(info.st_mode) || info.st_rdev != makedev(1, 3)) {
        ::close(null);
        errno = ENODEV;
        return -1;
    }
    return null;
}

int makeEmptyDirectory()
{
    const int context = ::fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (context < 0)
        return -1;
    int mount = -1;
    if (::fsconfig(context, FSCONFIG_SET_STRING, "source", "tmpfs", 0) == 0
        && ::fsconfig(context, FSCONFIG_SET_FLAG, "ro", nullptr, 0) == 0
        && ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
        mount = ::fsmount(context, FSMOUNT_CLOEXEC, static_cast<unsigned>(kNothing));
    const int errnum = errno;
    ::close(context);
    errno = errnum;
    return mount;
}

/// The covers, made when the first path needs them and copied for the others.
struct Covers {
    int null = -1;
    int empty = -1;
};

bool cover(int target, Covers& covers)
{
    struct stat info{};
    if (::fstat(target, &info) != 0)
        return false;
    if (S_ISDIR(info.st_mode) && covers.empty < 0) {
        covers.empty = makeEmptyDirectory();
        return covers.empty >= 0 && moveOnto(covers.empty, target);
    }
    if (!S_ISDIR(info.st_mode) && covers.null < 0)
        covers.null = openNull();
    const int source = S_ISDIR(info.st_mode) ? covers.empty : covers.null;
    const int mount = source < 0 ? -1 : cloneOf(source);
    if (mount < 0)
        return false;
    const bool moved = moveOnto(mount, target);
    ::close(mount);
    return moved;
}

bool makeReadonly(int target)
{
    const int mount = cloneOf(target, AT_RECURSIVE);
    if (mount < 0)
        return false;
    const bool done = setAttributes(mount, {MOUNT_ATTR_RDONLY, 0}, true) && moveOnto(mount, target);
    ::close(mount);
    return done;
}

/// -1 where there is nothing to protect.
int openExisting(int root, const MountPlan& plan, const Place& place, const Reporter& reporter, std::uint32_t detail)
{
    const int target = openTarget(baseOf(place, plan, root), place.path.c_str(), Missing::Fail);
    if (target < 0 && errno != ENOENT && errno != ENOTDIR)
        reporter.fail(Step::Protect, errno, detail);
    return target;
}

void makeReadonlyAtEnd(const MountPlan& plan, const Reporter& reporter)
{
    for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
        const PlannedMount& planned = plan.mounts[i];
        if (planned.readonlyAtEnd)
            reporter.require(setAttributes(planned.mount.get(), {MOUNT_ATTR_RDONLY, 0}, false), Step::Mounts,
                             mountDetail(i, 0));
    }
}

} // namespace

void protectPaths(int root, const MountPlan& plan, const Reporter& reporter)
{
    for (std::size_t i = 0; i < plan.readonly.size(); ++i) {
        const auto detail = static_cast<std::uint32_t>(0x10000 + i);
        const int target = openExisting(root, plan, plan.readonly[i].place, reporter, detail);
        if (target < 0)
            continue;
        reporter.require(makeReadonly(target), Step::Protect, detail);
        ::close(target);
    }
    Covers covers;
    for (std::size_t i = 0; i < plan.masked.size(); ++i) {
        const auto detail = static_cast<std::uint32_t>(i);
        const int target = openExisting(root, plan, plan.masked[i].place, reporter, detail);
        if (target < 0)
            continue;
        reporter.require(cover(target, covers), Step::Protect, detail);
        ::close(target);
    }
    if (covers.null >= 0)
        ::close(covers.null);
    if (covers.empty >= 0)
        ::close(covers.empty);
    makeReadonlyAtEnd(plan, reporter);
    if (plan.rootReadonly)
        reporter.require(setAttributes(root, {MOUNT_ATTR_RDONLY, 0}, false), Step::Root);
    reporter.reached(Step::Protect);
}

} // namespace lamella::rootfs
