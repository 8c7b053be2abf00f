// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"
#include "engine/rootfs/target.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace lamella::rootfs {

Terminal openTerminal(int root, const char* ptmx)
{
    constexpr Terminal kNone{-1, -1};
    const int master = openInRootRaw(root, ptmx, O_RDWR | O_NOCTTY, RESOLVE_NO_SYMLINKS);
    if (master < 0)
        return kNone;
    struct statfs info{};
    // Not what an image may have put there in place of the devpts.
    if (::fstatfs(master, &info) != 0 || info.f_type != DEVPTS_SUPER_MAGIC) {
        ::close(master);
        errno = ENODEV;
        return kNone;
    }
    int unlocked = 0;
    if (::ioctl(master, TIOCSPTLCK, &unlocked) != 0)
        return kNone;
    // By descriptor: the path /dev/pts/N may be swapped for another file meanwhile.
    const int slave = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return slave < 0 ? kNone : Terminal{master, slave};
}

Terminal makeTerminal(int root, uid_t owner, const Reporter& reporter)
{
    const Terminal terminal = openTerminal(root, "dev/pts/ptmx");
    reporter.require(terminal.master >= 0, Step::Terminal);
    reporter.require(::fchown(terminal.slave, owner, static_cast<gid_t>(-1)) == 0, Step::Terminal);
    const int mount = ::open_tree(terminal.slave, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    reporter.require(mount >= 0, Step::Terminal);
    const int target = openTarget(root, "dev/console", Missing::MakeFile, true);
    reporter.require(target >= 0, Step::Terminal);
    reporter.require(::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0,
                     Step::Terminal);
    ::close(mount);
    ::close(target);
    reporter.reached(Step::Terminal);
    return terminal;
}

} // namespace lamella::rootfs
