// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/compare.h"

#include "engine/layer/file_attributes.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/side_by_side.h"
#include "engine/layer/tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>

namespace lamella::layer {

namespace {

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
    SideBySide files(first.borrow(), second.borrow(), status.st_size);
    while (files.nextLength() > 0) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "reading the changes was cancelled");
        const auto piece = TRY(files.next());
        if (piece.first.size() != piece.second.size()
            || std::memcmp(piece.first.data(), piece.second.data(), piece.first.size()) != 0)
            return false;
        if (piece.first.size() < SideBySide::kAtOnce)
            break;
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
