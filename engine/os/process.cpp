// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/process.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"

#include <charconv>
#include <csignal>
#include <linux/sched.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace lamella::os {

namespace {

Result<std::optional<ExitStatus>> waitWith(BorrowedFd pidfd, int options)
{
    siginfo_t info{};
    int failed = 0;
    do
        failed = ::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | options);
    while (failed != 0 && errno == EINTR);
    if (failed != 0)
        return systemFailure("cannot wait for a process");
    if (info.si_pid == 0)
        return std::nullopt;
    if (info.si_code == CLD_EXITED)
        return ExitStatus{info.si_status, 0};
    return ExitStatus{128 + info.si_status, info.si_status};
}

/// A field of /proc/<pid>/stat (proc_pid_stat(5)), after the second one.
Result<std::uint64_t> statNumber(pid_t pid, int wanted)
{
    const std::string path = compose("/proc/{}/stat", pid);
    const std::string stat = TRY(readFile(path, 4096));
    // The second field is the name in parentheses, which may itself contain both blanks and parentheses.
    std::size_t at = stat.rfind(')');
    for (int field = 2; field < wanted && at != std::string::npos; ++field)
        at = stat.find(' ', at + 1);
    std::uint64_t number = 0;
    if (at == std::string::npos
        || std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), number).ec != std::errc{})
        return failure(ErrorKind::Failed, compose("cannot read {}: it has no field {}", path, wanted));
    return number;
}

} // namespace

Result<Child> clone(std::uint64_t flags, std::optional<BorrowedFd> cgroup)
{
    int pidfd = -1;
    clone_args args{};
    args.flags = flags | CLONE_PIDFD;
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    // A sibling tells its parent's parent as its parent does.
    args.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
    if (cgroup) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(cgroup->get());
    }
    const long pid = ::syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0)
        return systemFailure("cannot make a process");
    if (pid == 0)
        return Child{};
    return Child{static_cast<pid_t>(pid), UniqueFd{pidfd}};
}

Result<UniqueFd> openPidfd(pid_t pid)
{
    const long fd = ::syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return systemFailure(compose("cannot open process {}", pid));
    return UniqueFd{static_cast<int>(fd)};
}

Result<void> sendSignal(BorrowedFd pidfd, int signal)
{
    if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) != 0)
        return systemFailure(compose("cannot send signal {}", signal));
    return {};
}

Result<ExitStatus> waitFor(BorrowedFd pidfd)
{
    return *TRY(waitWith(pidfd, 0));
}

Result<bool> isChild(BorrowedFd pidfd)
{
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        return true;
    if (errno != ECHILD)
        return systemFailure("cannot look at a process");
    return false;
}

Result<std::optional<ExitStatus>> tryWait(BorrowedFd pidfd)
{
    return waitWith(pidfd, WNOHANG);
}

Result<bool> waitUntilEnded(BorrowedFd pidfd, std::chrono::milliseconds timeout)
{
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        pollfd poll{pidfd.get(), POLLIN, 0};
        const int n = ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (n > 0)
            return true;
        if (n == 0)
            return false;
        if (errno != EINTR)
            return systemFailure("cannot wait for a process");
    }
}

Result<std::uint64_t> startTime(pid_t pid)
{
    return statNumber(pid, 22);
}

Result<bool> hasCalledExec(pid_t pid)
{
    constexpr std::uint64_t kForkNoExec = 0x40; // the kernel's include/linux/sched.h
    return (TRY(statNumber(pid, 9)) & kForkNoExec) == 0;
}

} // namespace lamella::os
