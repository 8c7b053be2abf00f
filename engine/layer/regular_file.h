// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <fcntl.h>
#include <string>

namespace lamella::layer {

/// Opens the regular file `path` (of insidePath()) below `root` for reading: nothing else is ever opened (a device may
/// do something when it is, a fifo waits), and no symlink followed. Needs /proc. Errors: NotFound, InvalidArgument (it
/// is no regular file, or a symlink stands in the way), Busy (a program has a lease on it: fcntl(2), F_SETLEASE).
Result<UniqueFd> openRegularFile(BorrowedFd root, const std::string& path);

/// The same for an O_PATH descriptor, of which `path` is the name for people. `access`: O_RDONLY, O_WRONLY or O_RDWR.
Result<UniqueFd> openRegularFile(const UniqueFd& place, const std::string& path, int access = O_RDONLY);

} // namespace lamella::layer
