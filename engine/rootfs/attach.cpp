// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"
#include "engine/rootfs/target.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

/// Makes the file system in the child's own namespaces; -1 with errno.
int makeFileSystem(const PlannedMount& planned)
{
    const int context = ::fsopen(planned.type.c_str(), FSOPEN_CLOEXEC);
    if (context < 0)
        return -1;
    bool ok = ::fsconfig(context, FSCONFIG_SET_STRING, "source", planned.type.c_str(), 0) == 0;
    for (const auto& [key, value] : planned.data) {
        ok = ok
            && (value.empty() ? ::fsconfig(context, FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0)
                              : ::fsconfig(context, FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0))
                == 0;
    }
    int mount = -1;
    if (ok && ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
        mount = ::fsmount(context, FSMOUNT_CLOEXEC, static_cast<unsigned>(planned.attributes));
    const int errnum = errno;
    ::close(context);
    errno = errnum;
    return mount;
}

} // namespace

void attachRoot(int root, int place, const Reporter& reporter)
{
    reporter.require(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, Step::Root);
    // On top of "/": no directory of the host is needed to mount on, and nothing of it is hidden from this process.
    const int moved = place < 0 ? ::move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH)
                                : ::move_mount(root, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    reporter.require(moved == 0, Step::Root);
    reporter.reached(Step::Root);
}

void attachMounts(int root, const MountPlan& plan, const Reporter& reporter)
{
    for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
        const PlannedMount& planned = plan.mounts[i];
        const auto detail = static_cast<std::uint32_t>(i);
        const int mount = planned.mount ? planned.mount.get() : makeFileSystem(planned);
        reporter.require(mount >= 0, Step::Mounts, detail);
        const Missing missing = planned.directory ? Missing::MakeDirectory : Missing::MakeFile;
        const int target = openTarget(root, planned.target.c_str(), missing, planned.noSymlinks);
        reporter.require(target >= 0, Step::Mounts, detail);
        reporter.require(::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0,
                         Step::Mounts, detail);
        ::close(target);
        if (!planned.mount)
            ::close(mount);
    }
    reporter.reached(Step::Mounts);
}

} // namespace lamella::rootfs
