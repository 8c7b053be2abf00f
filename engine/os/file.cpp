// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/file.h"

#include "engine/base/compose.h"

#include <sys/syscall.h>

namespace lamella::os {

Result<UniqueFd> open(const std::filesystem::path& path, int flags, mode_t mode)
{
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0)
        return systemFailure(compose("cannot open {}", path.native()));
    return UniqueFd{fd};
}

Result<UniqueFd> openAt(BorrowedFd directory, const std::string& name, int flags, mode_t mode)
{
    const int fd = ::openat(directory.get(), name.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0)
        return systemFailure(compose("cannot open {}", name));
    return UniqueFd{fd};
}

Result<UniqueFd> openBeneath(BorrowedFd directory, const std::string& path, int flags, mode_t mode,
                             std::uint64_t resolve)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve;
    // The kernel answers EAGAIN when something was renamed meanwhile and it cannot be sure (openat2(2)).
    for (int attempt = 0; attempt < 64; ++attempt) {
        const long fd = ::syscall(SYS_openat2, directory.get(), path.c_str(), &how, sizeof how);
        if (fd >= 0)
            return UniqueFd{static_cast<int>(fd)};
        if (errno != EAGAIN && errno != EINTR)
            break;
    }
    return systemFailure(compose("cannot open {}", path));
}

Result<std::string> readAll(BorrowedFd file, std::string_view what, std::size_t limit)
{
    std::string content;
    std::size_t used = 0;
    struct stat info{};
    // One byte more than the size that the file claims: a file that is no longer than that is read in two calls.
    std::size_t chunk = 4096;
    if (::fstat(file.get(), &info) == 0 && info.st_size > 0)
        chunk = std::min(static_cast<std::size_t>(info.st_size), limit) + 1;
    for (;;) {
        content.resize(used + chunk);
        const ssize_t n = ::read(file.get(), content.data() + used, chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return systemFailure(compose("cannot read {}", what));
        if (n == 0)
            break;
        used += static_cast<std::size_t>(n);
        if (used > limit)
            return failure(ErrorKind::LimitExceeded, compose("{} is longer than {} bytes", what, limit));
        chunk = std::max<std::size_t>(4096, used / 2);
    }
    content.resize(used);
    return content;
}

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit)
{
    const UniqueFd file = TRY(open(path, O_RDONLY));
    return readAll(file.borrow(), path.native(), limit);
}

Result<struct stat> status(BorrowedFd file, std::string_view what)
{
    struct stat info{};
    if (::fstat(file.get(), &info) != 0)
        return systemFailure(compose("cannot look at {}", what));
    return info;
}

Result<UniqueFd> duplicate(BorrowedFd file)
{
    const int fd = ::fcntl(file.get(), F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return systemFailure("cannot duplicate a descriptor");
    return UniqueFd{fd};
}

std::string descriptorPath(BorrowedFd file)
{
    return compose("/proc/self/fd/{}", file.get());
}

Result<void> fillStandardStreams()
{
    for (;;) {
        const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0)
            return systemFailure("cannot open /dev/null");
        if (fd > STDERR_FILENO) {
            ::close(fd);
            return {};
        }
        // Unlike what else this program opens, it stays a standard stream of what it runs.
        ::fcntl(fd, F_SETFD, 0);
    }
}

} // namespace lamella::os
