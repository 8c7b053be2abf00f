// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <fcntl.h>
#include <string>

namespace lamella::layer {

/// What becomes of an open of a file on which a program has a lease (fcntl(2), F_SETLEASE).
enum class OnLease {
    Refuse, ///< Busy
    Wait, ///< until it is given up, or for as long as the kernel lets him (/proc/sys/fs/lease-break-time)
};

/// Opens the regular file `path` (of insidePath()) below `root` for reading: nothing else is ever opened (a device may
/// do something when it is, a fifo waits), and no symlink followed. Needs /proc. Errors: NotFound, InvalidArgument (it
/// is no regular file, or a symlink stands in the way), Busy (a lease).
Result<UniqueFd> openRegularFile(BorrowedFd root, const std::string& path, OnLease onLease = OnLease::Refuse);

/// The same for an O_PATH descriptor, of which `path` is the name for people. `access`: O_RDONLY, O_WRONLY or O_RDWR.
Result<UniqueFd> openRegularFile(const UniqueFd& place, const std::string& path, int access = O_RDONLY,
                                 OnLease onLease = OnLease::Refuse);

} // namespace lamella::layer
