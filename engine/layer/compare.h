// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <sys/stat.h>

namespace lamella::layer {

/// One of the two sides of a comparison: `path` below `root`, as fstatat(2) saw it.
struct Side {
    BorrowedFd root;
    std::string path;
    struct stat status{};
};

/// True where both have the same type and content: bytes of files, targets of links, numbers of devices. What is cheap
/// is compared first. Errors: NotFound (it vanished), Cancelled.
Result<bool> hasSameContent(const Side& upper, const Side& lower, const std::stop_token& stop);

/// True where both have the same mode, owner (`idBase` taken from the upper one's), and, where they are files or
/// directories, the same attributes that a layer may bring; what is no directory also the same time. Errors: NotFound.
Result<bool> hasSameAttributes(const Side& upper, const Side& lower, std::uint32_t idBase);

} // namespace lamella::layer
