// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/target.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

int closeKeepingErrno(int fd)
{
    const int errnum = errno;
    ::close(fd);
    errno = errnum;
    return -1;
}

/// Makes `name` in `directory`; finds it well when somebody else made it meanwhile.
bool make(int directory, const char* name, bool isDirectory)
{
    if (isDirectory)
        return ::mkdirat(directory, name, 0755) == 0 || errno == EEXIST;
    const int fd = ::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return errno == EEXIST;
    ::close(fd);
    return true;
}

} // namespace

int openInRootRaw(int root, const char* path, int flags, std::uint64_t resolve)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve;
    // EAGAIN: something was renamed meanwhile, and the kernel cannot be sure that the root was not left.
    for (int attempt = 0; attempt < 256; ++attempt) {
        const long fd = ::syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0)
            return static_cast<int>(fd);
        if (errno != EAGAIN && errno != EINTR)
            return -1;
    }
    return -1;
}

int openTarget(int root, const char* path, Missing missing, bool noSymlinks)
{
    const std::uint64_t resolve = noSymlinks ? RESOLVE_NO_SYMLINKS : 0;
    const int found = openInRootRaw(root, path, O_PATH, resolve);
    if (found >= 0 || errno != ENOENT || missing == Missing::Fail)
        return found;

    char prefix[PATH_MAX];
    const std::size_t length = std::strlen(path);
    if (length >= sizeof prefix) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int parent = openInRootRaw(root, ".", O_PATH | O_DIRECTORY);
    std::size_t start = 0;
    while (parent >= 0) {
        std::size_t end = start;
        while (end < length && path[end] != '/')
            ++end;
        const bool last = end == length;
        std::memcpy(prefix, path, end);
        prefix[end] = '\0';
        int next = openInRootRaw(root, prefix, O_PATH, resolve);
        if (next < 0 && errno == ENOENT && make(parent, prefix + start, !last || missing == Missing::MakeDirectory))
            next = openInRootRaw(root, prefix, O_PATH, resolve);
        closeKeepingErrno(parent);
        if (last || next < 0)
            return next;
        parent = next;
        start = end + 1;
    }
    return -1;
}

} // namespace lamella::rootfs
