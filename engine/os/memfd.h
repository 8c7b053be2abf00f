// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <string>
#include <string_view>

/// Files in memory: memfd_create(2).
namespace lamella::os {

/// An empty memfd that may be sealed later.
Result<UniqueFd> makeMemfd(const std::string& name);

/// Makes sealed content that nobody can change: neither written, shrunk, grown nor unsealed (fcntl(2), "File Sealing").
Result<void> seal(BorrowedFd memfd);

/// A sealed memfd with a copy of the file `source`: an independent copy, which nothing that is done to the file
/// reaches.
Result<UniqueFd> sealedCopy(const std::string& name, BorrowedFd source);

/// True for a memfd with all seals of seal().
bool isSealed(BorrowedFd file);

} // namespace lamella::os
