// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <sys/types.h>

namespace lamella::runtime {

/// Room for the home directory of a user, with its NUL.
inline constexpr std::size_t kHomeRoom = 1024;

/// Puts the home directory of `uid`, as the /etc/passwd below the caller's root directory has it, into `home`, which
/// has kHomeRoom characters; leaves it alone where there is none. Async-signal-safe. The file is the container's: it is
/// read where it is a regular file and no link, to its first mebibyte, and lines that are too long are passed over.
void findHome(uid_t uid, char* home);

} // namespace lamella::runtime
