// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/os/process.h"

#include <filesystem>

namespace lamella::runtime::cli {

/// Sends a PTY's master to whom listens on `path`: --console-socket.
Result<void> sendConsole(const std::filesystem::path& path, BorrowedFd console);

/// Waits for the program, passing signals on to it and, with a console, what is typed and shown between this process's
/// terminal and the console.
Result<os::ExitStatus> serve(BorrowedFd pidfd, BorrowedFd console);

/// Blocks the signals that serve() passes on; before the program is started, so that none is lost.
void holdSignals();

/// Blocks the signals that ask a process to end, and gives a descriptor that can be read when one of them has come.
/// They stay there for serve().
Result<UniqueFd> holdStopSignals();

} // namespace lamella::runtime::cli
