// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/compare.h"

#include "engine/layer/byte_source.h"
#include "engine/layer/tree.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <map>
#include <vector>

namespace lamella::layer {

namespace {

constexpr std::size_t kBufferSize = 128u << 10;

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
    FdSource upperBytes{first.borrow()};
    FdSource lowerBytes{second.borrow()};
    std::vector<std::byte> a(kBufferSize);
    std::vector<std::byte> b(kBufferSize);
    for (;;) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "reading the changes was cancelled");
        const auto count = TRY(readFully(upperBytes, a));
        if (count != TRY(readFully(lowerBytes, b)) || std::memcmp(a.data(), b.data(), count) != 0)
            return false;
        if (count < a.size())
            return true;
    }
}

// What a container's program may set on a directory: user.* with values; an access list only by name, for it holds ids.
Result<std::map<std::string, std::string>> attributes(const Side& side)
{
    const auto fd = TRY(openInside(side.root, side.path, O_RDONLY | O_DIRECTORY));
    std::vector<char> list(XATTR_LIST_MAX);
    const auto length = ::flistxattr(fd.get(), list.data(), list.size());
    std::map<std::string, std::string> found;
    for (const char* name = list.data(); length > 0 && name < list.data() + length; name += std::strlen(name) + 1) {
        const std::string_view text = name;
        if (text.starts_with("system.posix_acl_"))
            found[name];
        if (!text.starts_with("user."))
            continue;
        std::string value(XATTR_SIZE_MAX, '\0');
        const auto size = ::fgetxattr(fd.get(), name, value.data(), value.size());
        value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        found[name] = std::move(value);
    }
    return found;
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
    return TRY(attributes(upper)) == TRY(attributes(lower));
}

} // namespace lamella::layer
