// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/runtime/cli/options.h"
#include "engine/runtime/runtime.h"

/// The descriptors and files by which callers hold what create, run and exec make.
namespace lamella::runtime::cli {

inline constexpr Streams kOwnStreams{BorrowedFd{0}, BorrowedFd{1}, BorrowedFd{2}};

/// Whether the terminal fits --detach and --console-socket. `stays` is true where this process waits for the program.
/// Errors: InvalidArgument.
Result<void> checkConsole(const Options& options, bool terminal, bool stays);

/// Sends `console` to the --console-socket and closes it here; without that option, or a terminal, it does nothing.
Result<void> passConsole(const Options& options, UniqueFd& console);

/// Sends `pidfd` to the --pidfd-socket where there is one, with runc's word for what it is: "standard" for a container,
/// "setns" for an exec.
Result<void> passPidfd(const Options& options, BorrowedFd pidfd, std::string_view kind);

/// Writes the --pid-file where there is one.
Result<void> writePidFile(const Options& options, pid_t pid);

/// Sockets that systemd has handed to this process: $LISTEN_FDS, where $LISTEN_PID names it (sd_listen_fds(3)).
unsigned listenFds();

/// The first descriptor that is not inherited, where `count` are.
int afterInherited(unsigned count);

/// Makes sure that the `count` descriptors from 3 are open before anything else can take their numbers; `preserved` of
/// them, the last ones, were asked for by --preserve-fds. Call first. Errors: InvalidArgument.
Result<void> checkInherited(unsigned count, unsigned preserved);

} // namespace lamella::runtime::cli
