// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"
#include "engine/rootfs/child_mount.h"
#include "engine/rootfs/copy_up.h"
#include "engine/rootfs/dev_links.h"
#include "engine/rootfs/target.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

/// One of the plan's mounts on its way, and how its failure is told.
struct Attaching {
    MountPlan& plan;
    PlannedMount& planned;
    std::size_t index;
    const Reporter& reporter;

    void require(bool ok, std::size_t option = 0) const
    {
        reporter.require(ok, Step::Mounts, mountDetail(index, option));
    }
};

UniqueFd openTargetOf(const Attaching& one, int root, bool& made)
{
    const PlannedMount& planned = one.planned;
    made = false;
    if (planned.target.empty())
        return UniqueFd{::fcntl(root, F_DUPFD_CLOEXEC, 3)};
    const Missing missing = planned.changes ? Missing::Fail
        : planned.directory                 ? Missing::MakeDirectory
                                            : Missing::MakeFile;
    const int base = baseOf(planned.place, one.plan, root);
    return UniqueFd{openTarget(base, planned.place.path.c_str(), missing, planned.noSymlinks, &made)};
}

/// Whatever led there (a symlink of the image, another mount): what is mounted over a procfs hides files through which
/// containers are confined. False with errno.
bool isAllowed(const PlannedMount& planned, int target)
{
    struct statfs info{};
    if (planned.overProc || planned.changes)
        return true;
    if (::fstatfs(target, &info) != 0)
        return false;
    if (info.f_type == PROC_SUPER_MAGIC)
        errno = EPERM;
    return info.f_type != PROC_SUPER_MAGIC;
}

/// config-linux.md, "Devices": another file in the place of a device is an error. An empty one is what an earlier start
/// left there to mount on. False with errno.
bool isExpected(const PlannedMount& planned, int target)
{
    struct stat info{};
    if (planned.expected == Expected::Anything)
        return true;
    if (::fstat(target, &info) != 0)
        return false;
    const bool same = (info.st_mode & S_IFMT) == planned.deviceType
        && (planned.deviceType == S_IFIFO || info.st_rdev == planned.deviceNumber);
    if (same || (S_ISREG(info.st_mode) && info.st_size == 0))
        return true;
    errno = EEXIST;
    return false;
}

/// Since Linux 6.8 a mount stands in mountinfo where it was made, not where it was attached, and there are readers that
/// look whether the order is config.json's. A copy is made now. Before Linux 6.15 there is none of what is mounted
/// nowhere, and /dev is listed before what belongs before it.
void listAnew(PlannedMount& planned)
{
    const int copy = ::open_tree(planned.mount.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (copy >= 0)
        planned.mount.reset(copy);
}

int attach(const Attaching& one, int target, bool made)
{
    PlannedMount& planned = one.planned;
    std::size_t option = 0;
    if (!planned.mount) {
        planned.mount.reset(makeFileSystem(planned, target, !made, option));
        one.require(static_cast<bool>(planned.mount), option);
    } else if (planned.listedAnew) {
        listAnew(planned);
    }
    const int mount = planned.mount.get();
    if (planned.copyUp)
        one.require(copyUp(target, mount));
    one.require(::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0);
    one.require(setPropagation(mount, planned.propagation));
    return mount;
}

/// Returns what is the root from here on.
int place(const Attaching& one, int root)
{
    bool made = false;
    const UniqueFd target = openTargetOf(one, root, made);
    one.require(target && isAllowed(one.planned, target.get()) && isExpected(one.planned, target.get()));
    if (one.planned.changes) {
        std::size_t option = 0;
        const bool changed = changeMount(one.planned, target.get(), option);
        one.require(changed, option);
        return root;
    }
    const int mount = attach(one, target.get(), made);
    return one.planned.target.empty() ? mount : root;
}

} // namespace

void attachRoot(int root, bool ownNamespace, int place, const Reporter& reporter)
{
    const unsigned long flags = ownNamespace ? MS_PRIVATE | MS_REC : MS_PRIVATE;
    reporter.require(::mount(nullptr, "/", nullptr, flags, nullptr) == 0, Step::Root);
    // On top of "/": no directory of the host is needed to mount on, and nothing of it is hidden from this process.
    const int moved = place < 0 ? ::move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH)
                                : ::move_mount(root, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    reporter.require(moved == 0, Step::Root);
    reporter.reached(Step::Root);
}

int attachMounts(int root, MountPlan& plan, const Reporter& reporter)
{
    for (std::size_t i = 0; i < plan.mounts.size(); ++i)
        root = place({plan, plan.mounts[i], i, reporter}, root);
    if (plan.devLinks)
        reporter.require(makeDevLinksIn(root), Step::Mounts, kDevLinksDetail);
    reporter.reached(Step::Mounts);
    return root;
}

} // namespace lamella::rootfs
