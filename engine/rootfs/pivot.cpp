// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"

#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace lamella::rootfs {

void pivotInto(int root, const Reporter& reporter)
{
    reporter.require(::fchdir(root) == 0, Step::Pivot);
    // Stacks the old root on the new one's top, where umount2 finds it (pivot_root(2), NOTES).
    reporter.require(::syscall(SYS_pivot_root, ".", ".") == 0, Step::Pivot);
    reporter.require(::umount2(".", MNT_DETACH) == 0, Step::Pivot);
    reporter.require(::chdir("/") == 0, Step::Pivot);
    reporter.reached(Step::Pivot);
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
