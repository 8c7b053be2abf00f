// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/copy_up.h"

#include "engine/base/unique_fd.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace lamella::rootfs {

namespace {

/// Each level takes a buffer of the stack.
constexpr int kDeepest = 512;
constexpr std::size_t kBuffer = 4096;

bool copyDirectory(int from, int to, dev_t device, int depth);

bool copyContent(int from, int to, const char* name)
{
    const UniqueFd source{::openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    struct stat info{};
    if (!source || ::fstat(source.get(), &info) != 0)
        return false;
    // Not what somebody put in its place since.
    if (!S_ISREG(info.st_mode)) {
        errno = EAGAIN;
        return false;
    }
    const UniqueFd copy{::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    ssize_t n = copy ? 1 : -1;
    while (n > 0)
        n = ::sendfile(copy.get(), source.get(), nullptr, 1U << 30);
    return n == 0;
}

bool copyLink(int from, int to, const char* name)
{
    char target[PATH_MAX];
    const ssize_t length = ::readlinkat(from, name, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return ::symlinkat(target, to, name) == 0;
}

bool copyBelow(int from, int to, const char* name, dev_t device, int depth)
{
    if (::mkdirat(to, name, 0700) != 0)
        return false;
    const UniqueFd source{::openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    const UniqueFd copy{::openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    struct stat info{};
    if (!source || !copy || ::fstat(source.get(), &info) != 0)
        return false;
    return info.st_dev != device || copyDirectory(source.get(), copy.get(), device, depth + 1);
}

bool copyAttributes(int to, const char* name, const struct stat& info)
{
    const int flags = AT_SYMLINK_NOFOLLOW | (*name == '\0' ? AT_EMPTY_PATH : 0);
    if (::fchownat(to, name, info.st_uid, info.st_gid, flags) != 0)
        return false;
    // After the owner, whose change takes set-id away.
    if (*name != '\0' && !S_ISLNK(info.st_mode) && ::fchmodat(to, name, info.st_mode & 07777, 0) != 0)
        return false;
    const timespec times[2]{info.st_atim, info.st_mtim};
    return *name == '\0' || ::utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

bool copyEntry(int from, int to, const char* name, dev_t device, int depth)
{
    struct stat info{};
    if (::fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    bool copied = false;
    if (S_ISDIR(info.st_mode))
        copied = copyBelow(from, to, name, device, depth);
    else if (S_ISREG(info.st_mode))
        copied = copyContent(from, to, name);
    else if (S_ISLNK(info.st_mode))
        copied = copyLink(from, to, name);
    else
        copied = ::mknodat(to, name, info.st_mode & S_IFMT, info.st_rdev) == 0;
    return copied && copyAttributes(to, name, info);
}

bool isSelfOrParent(const char* name)
{
    return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

/// `from` is open for reading.
bool copyDirectory(int from, int to, dev_t device, int depth)
{
    if (depth > kDeepest) {
        errno = ENAMETOOLONG;
        return false;
    }
    alignas(dirent64) char buffer[kBuffer];
    for (;;) {
        const long n = ::syscall(SYS_getdents64, from, buffer, sizeof buffer);
        if (n <= 0)
            return n == 0;
        for (long at = 0; at < n;) {
            const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
            if (!isSelfOrParent(entry->d_name) && !copyEntry(from, to, entry->d_name, device, depth))
                return false;
            at += entry->d_reclen;
        }
    }
}

} // namespace

bool copyUp(int from, int to)
{
    const UniqueFd source{::openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct stat info{};
    return source && ::fstat(source.get(), &info) == 0 && copyDirectory(source.get(), to, info.st_dev, 0)
        && copyAttributes(to, "", info);
}

} // namespace lamella::rootfs
