// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/directory_paths.h"

#include "engine/os/fanotify.h"
#include "engine/os/file.h"

#include <array>
#include <climits>
#include <linux/openat2.h>
#include <sys/stat.h>

namespace lamella::layer {

namespace {
/// A container makes as many directories, with names as long, as it likes.
constexpr std::size_t kMostBytes = 4 << 20;
/// What the kernel puts behind the path of a directory that was removed, and what a name may end in as well.
constexpr std::string_view kDeleted = " (deleted)";

/// A directory that was removed may still have a link: of one that overlay merges there is always one.
bool leadsTo(BorrowedFd mount, const std::string& path, const struct stat& status)
{
    constexpr std::uint64_t kResolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    const auto directory = os::openBeneath(mount, path.substr(1), O_PATH | O_DIRECTORY, 0, kResolve);
    const auto there = directory ? os::status(directory->borrow(), path) : std::unexpected(directory.error());
    return there && there->st_dev == status.st_dev && there->st_ino == status.st_ino;
}
} // namespace

Result<std::string> DirectoryPaths::find(BorrowedFd mount, std::string_view handle)
{
    std::string key{handle};
    if (const auto known = m_known.find(key); known != m_known.end())
        return known->second;
    auto path = TRY(ask(mount, handle));
    if (m_known.empty() || m_bytes > kMostBytes) {
        m_known.clear();
        m_bytes = 0;
    }
    m_bytes += key.size() + path.size();
    m_known.emplace(std::move(key), path);
    return path;
}

Result<std::string> DirectoryPaths::ask(BorrowedFd mount, std::string_view handle)
{
    const auto directory = TRY(os::openByHandle(mount, handle, O_PATH | O_DIRECTORY));
    std::array<char, PATH_MAX> path;
    const ssize_t length = ::readlink(os::descriptorPath(directory.borrow()).c_str(), path.data(), path.size());
    if (length < 0 && errno != ENAMETOOLONG)
        return systemFailure("cannot tell where a directory is");
    if (length <= 0 || path[0] != '/' || static_cast<std::size_t>(length) == path.size())
        return failure(ErrorKind::LimitExceeded, "the path of a directory is too long");
    std::string found(path.data(), static_cast<std::size_t>(length));
    // After it: a directory that is removed in between is no more as well.
    const struct stat status = TRY(os::status(directory.borrow(), "a directory that has changed"));
    if (status.st_nlink == 0 || (found.ends_with(kDeleted) && !leadsTo(mount, found, status)))
        return failure(ErrorKind::NotFound, "the directory is no more");
    return found;
}

} // namespace lamella::layer
