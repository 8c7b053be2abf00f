// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/compare.h"

#include "engine/layer/file_attributes.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <span>
#include <vector>

namespace lamella::layer {

namespace {

constexpr std::size_t kComparedAtOnce = 128u << 10;

/// Where the file has data next, from `position` on; its end where only a hole is left (lseek(2), SEEK_DATA).
off_t nextData(BorrowedFd file, off_t position, off_t end)
{
    const off_t data = ::lseek(file.get(), position, SEEK_DATA);
    if (data >= 0)
        return data;
    return errno == ENXIO ? end : position; // a file system without holes
}

/// Fills the buffer from `position` unless the file ends before.
Result<std::size_t> readAt(BorrowedFd file, off_t position, std::span<std::byte> buffer)
{
    std::size_t count = 0;
    while (count < buffer.size()) {
        const auto read
            = ::pread(file.get(), buffer.data() + count, buffer.size() - count, position + static_cast<off_t>(count));
        if (read < 0 && errno == EINTR)
            continue;
        if (read < 0)
            return systemFailure("cannot read a file to compare it");
        if (read == 0)
            break;
        count += static_cast<std::size_t>(read);
    }
    return count;
}

Result<std::string> linkTarget(const Side& side)
{
    const auto link = TRY(openInside(side.root, side.path, O_PATH | O_NOFOLLOW));
    std::array<char, PATH_MAX> buffer{};
    const auto length = ::readlinkat(link.get(), "", buffer.data(), buffer.size());
    if (length < 0)
        return systemFailure("cannot read a symlink");
    return std::string(buffer.data(), static_cast<std::size_t>(length));
}

Result<bool> hasSameBytes(const Side& upper, const Side& lower, const std::stop_token& stop)
{
    const auto first = TRY(openInside(upper.root, upper.path, O_RDONLY | O_NONBLOCK));
    const auto second = TRY(openInside(lower.root, lower.path, O_RDONLY | O_NONBLOCK));
    struct stat status{};
    if (::fstat(first.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return false; // it was replaced since it was looked at
    std::vector<std::byte> a(kComparedAtOnce);
    std::vector<std::byte> b(kComparedAtOnce);
    const off_t end = status.st_size;
    off_t position = 0;
    // Holes are as long as a program likes and cost it nothing: what is one in both is passed over.
    while ((position = std::min(nextData(first.borrow(), position, end), nextData(second.borrow(), position, end)))
           < end) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "reading the changes was cancelled");
        const auto count = TRY(readAt(first.borrow(), position, a));
        if (count != TRY(readAt(second.borrow(), position, b)) || std::memcmp(a.data(), b.data(), count) != 0)
            return false;
        if (count < a.size())
            break;
        position += static_cast<off_t>(count);
    }
    return true;
}

Result<Xattrs> attributes(const Side& side, std::uint32_t idBase)
{
    if (!S_ISDIR(side.status.st_mode) && !S_ISREG(side.status.st_mode))
        return Xattrs{};
    const auto file = S_ISDIR(side.status.st_mode) ? TRY(openInside(side.root, side.path, O_RDONLY | O_DIRECTORY))
                                                   : TRY(openRegularFile(side.root, side.path));
    return layerXattrs(file.borrow(), side.path, {idBase, UINT32_MAX - idBase, false});
}

bool isSameTime(const timespec& a, const timespec& b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

} // namespace

Result<bool> hasSameContent(const Side& upper, const Side& lower, const std::stop_token& stop)
{
    if ((upper.status.st_mode & S_IFMT) != (lower.status.st_mode & S_IFMT))
        return false;
    switch (upper.status.st_mode & S_IFMT) {
    case S_IFREG:
        return upper.status.st_size == lower.status.st_size ? hasSameBytes(upper, lower, stop) : Result<bool>{false};
    case S_IFLNK:
        return TRY(linkTarget(upper)) == TRY(linkTarget(lower));
    case S_IFCHR:
    case S_IFBLK:
        return upper.status.st_rdev == lower.status.st_rdev;
    default:
        return true;
    }
}

Result<bool> hasSameAttributes(const Side& upper, const Side& lower, std::uint32_t idBase)
{
    if (upper.status.st_mode != lower.status.st_mode || upper.status.st_uid - idBase != lower.status.st_uid
        || upper.status.st_gid - idBase != lower.status.st_gid)
        return false;
    if (!S_ISDIR(upper.status.st_mode) && !isSameTime(upper.status.st_mtim, lower.status.st_mtim))
        return false;
    return TRY(attributes(upper, idBase)) == TRY(attributes(lower, 0));
}

} // namespace lamella::layer
