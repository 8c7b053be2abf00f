// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <sys/types.h>

/// Processes by pidfd: pidfd_open(2), waitid(2), clone3(2).
namespace lamella::os {

/// How a process ended.
struct ExitStatus {
    int code = 0; ///< exit(3) status; 128 + signal where a signal ended it, as shells say it
    int signal = 0; ///< 0: it exited by itself
};

struct Child {
    pid_t pid = 0; ///< 0 in the child itself
    UniqueFd pidfd;
};

/// clone3(2) in the manner of fork(2): returns in the parent with the child's PID and pidfd, and in the child with pid
/// 0. `flags` are CLONE_NEW…, CLONE_PARENT and the like (CLONE_PIDFD is added); `cgroup`, where given, is a cgroup v2
/// directory for CLONE_INTO_CGROUP. The child has only async-signal-safe functions until execve(2).
Result<Child> clone(std::uint64_t flags, std::optional<BorrowedFd> cgroup = std::nullopt);

Result<UniqueFd> openPidfd(pid_t pid);

/// pidfd_send_signal(2). Errors: NotFound for a process that has ended and been waited for.
Result<void> sendSignal(BorrowedFd pidfd, int signal);

/// Waits until a child has ended, and takes its status.
Result<ExitStatus> waitFor(BorrowedFd pidfd);

/// Whether the process is a child of the caller that has not been waited for.
Result<bool> isChild(BorrowedFd pidfd);

/// Takes the status of a child that has ended; nothing while it runs.
Result<std::optional<ExitStatus>> tryWait(BorrowedFd pidfd);

/// Waits until the process has ended, also one that is not a child; false when the time is over.
Result<bool> waitUntilEnded(BorrowedFd pidfd, std::chrono::milliseconds timeout);

/// When the process started, in clock ticks since boot (proc_pid_stat(5), field 22): with the PID it names a process
/// for good.
Result<std::uint64_t> startTime(pid_t pid);

/// Whether the process has become a program since it was forked: PF_FORKNOEXEC of its flags (proc_pid_stat(5), field
/// 9), also when it has ended and nobody has waited for it. Errors: NotFound.
Result<bool> hasCalledExec(pid_t pid);

} // namespace lamella::os
