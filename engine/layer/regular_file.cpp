// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/regular_file.h"

#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <format>

namespace lamella::layer {

Result<UniqueFd> openRegularFile(BorrowedFd root, const std::string& path, OnLease onLease)
{
    return openRegularFile(TRY(openInside(root, path, O_PATH | O_NOFOLLOW)), path, O_RDONLY, onLease);
}

Result<UniqueFd> openRegularFile(const UniqueFd& place, const std::string& path, int access, OnLease onLease)
{
    const auto status = TRY(os::status(place.borrow(), path));
    if (!S_ISREG(status.st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("{} is no regular file", path));
    const int waiting = onLease == OnLease::Wait ? 0 : O_NONBLOCK;
    const int fd = ::open(os::descriptorPath(place.borrow()).c_str(), access | waiting | O_CLOEXEC);
    if (fd < 0 && errno == EWOULDBLOCK)
        return failure(ErrorKind::Busy, std::format("{} is held by a program that has a lease on it", path));
    if (fd < 0)
        return systemFailure(std::format("cannot open {}", path));
    return UniqueFd{fd};
}

} // namespace lamella::layer
