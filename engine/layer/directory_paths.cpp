// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/directory_paths.h"

#include "engine/os/fanotify.h"
#include "engine/os/file.h"

#include <array>
#include <climits>

namespace lamella::layer {

namespace {
/// A container makes as many directories, with names as long, as it likes.
constexpr std::size_t kMostBytes = 4 << 20;
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
    // A directory that was removed has no link left, and its path only says so in words that are a name as well.
    if (TRY(os::status(directory.borrow(), "a directory that has changed")).st_nlink == 0)
        return failure(ErrorKind::NotFound, "the directory is no more");
    std::array<char, PATH_MAX> path;
    const ssize_t length = ::readlink(os::descriptorPath(directory.borrow()).c_str(), path.data(), path.size());
    if (length < 0 && errno != ENAMETOOLONG)
        return systemFailure("cannot tell where a directory is");
    if (length <= 0 || path[0] != '/' || static_cast<std::size_t>(length) == path.size())
        return failure(ErrorKind::LimitExceeded, "the path of a directory is too long");
    return std::string(path.data(), static_cast<std::size_t>(length));
}

} // namespace lamella::layer
