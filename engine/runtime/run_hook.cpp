// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/hook.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// This runs in the runtime and also between clone3(2) and execve(2): no allocation, no lock.
namespace lamella::runtime {

namespace {

/// How long a killed hook may take to end.
constexpr int kDyingMsec = 5000;

/// pipe2(2); both ends are close-on-exec.
struct HookPipe {
    UniqueFd read, write;

    bool make()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        read.reset(ends[0]);
        write.reset(ends[1]);
        return true;
    }
};

struct HookPipes {
    HookPipe in, out;
    HookPipe failed; ///< gets errno of an execve(2) that failed
};

/// Puts the whole state into the pipe, so that a hook that does not read it cannot hold up its runtime.
bool fill(const HookPipe& pipe, std::string_view state)
{
    if (const int room = ::fcntl(pipe.write.get(), F_GETPIPE_SZ); room < static_cast<int>(state.size())
        && ::fcntl(pipe.write.get(), F_SETPIPE_SZ, static_cast<int>(state.size())) < 0)
        return false;
    return ::write(pipe.write.get(), state.data(), state.size()) == static_cast<ssize_t>(state.size());
}

/// fork(2) with a pidfd. Not clone3(2), which the filters of the field answer with ENOSYS: their flags cannot be seen.
pid_t forkHook(int& pidfd)
{
#ifdef __s390x__
    return static_cast<pid_t>(::syscall(SYS_clone, nullptr, CLONE_PIDFD | SIGCHLD, &pidfd, nullptr, nullptr));
#else
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr));
#endif
}

void takeDefaultSignals()
{
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 65; ++signal)
        ::sigaction(signal, &action, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void becomeHook(const PreparedHook& hook, const HookPipes& pipes, const HookSurroundings& surroundings)
{
    takeDefaultSignals();
    const bool ready = ::dup2(pipes.in.read.get(), 0) == 0 && ::dup2(pipes.out.write.get(), 1) == 1
        && ::dup2(pipes.out.write.get(), 2) == 2 && ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0
        && ::fchdir(surroundings.directory.get()) == 0;
    if (ready)
        ::execve(hook.path.c_str(), hook.argv.data(), hook.inherits ? surroundings.environment : hook.envp.data());
    const int errnum = errno;
    ::_exit(::write(pipes.failed.write.get(), &errnum, sizeof errnum) < 0 ? 126 : 127);
}

std::int64_t nowMsec()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

/// Keeps the beginning and drops the rest, so that a hook that says much can go on. False at the end.
bool takeOutput(int pipe, HookResult& result)
{
    char dropped[512];
    const std::size_t room = result.output.size() - result.outputLength;
    char* const place = room > 0 ? result.output.data() + result.outputLength : dropped;
    const ssize_t n = ::read(pipe, place, room > 0 ? room : sizeof dropped);
    if (n > 0 && room > 0)
        result.outputLength += static_cast<std::size_t>(n);
    return n > 0 || (n < 0 && errno == EINTR);
}

/// What the hook wrote before it ended. What it left behind may go on writing.
void takeRest(int output, HookResult& result)
{
    pollfd more{output, POLLIN, 0};
    while (output >= 0 && result.outputLength < result.output.size() && ::poll(&more, 1, 0) > 0
           && takeOutput(output, result)) { }
}

/// Waits until the hook has ended; false where it is to be ended or waiting failed, with errno.
bool awaitEnd(int pidfd, int output, int timeoutMsec, const HookSurroundings& surroundings, HookResult& result)
{
    const std::int64_t end = nowMsec() + timeoutMsec;
    const auto [one, other] = surroundings.enders;
    for (;;) {
        const std::int64_t left = timeoutMsec < 0 ? -1 : std::max<std::int64_t>(0, end - nowMsec());
        pollfd polls[4]{{pidfd, POLLIN, 0}, {output, POLLIN, 0}, {one.get(), POLLIN, 0}, {other.get(), POLLIN, 0}};
        const int ready = ::poll(polls, 4, static_cast<int>(left));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            errno = ready == 0 ? ETIMEDOUT : errno;
            return false;
        }
        if (polls[0].revents != 0)
            break;
        if (polls[2].revents != 0 || polls[3].revents != 0) {
            errno = ECANCELED;
            return false;
        }
        if (polls[1].revents != 0 && !takeOutput(output, result))
            output = -1;
    }
    takeRest(output, result);
    return true;
}

/// Takes the status; 0, or -status. Who was killed and cannot die now (it is frozen, or waits for a disk) is left.
int reap(int pidfd)
{
    pollfd ended{pidfd, POLLIN, 0};
    siginfo_t info{};
    int failed = 0;
    do
        failed = ::poll(&ended, 1, kDyingMsec) < 0
            || ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0;
    while (failed != 0 && errno == EINTR);
    if (failed != 0)
        return errno;
    return info.si_code == CLD_EXITED ? -(info.si_status << 8) : -info.si_status;
}

/// errno of an execve(2) that failed; 0 where it did not. The hook has ended, so this does not wait.
int failureOf(const HookPipe& failed)
{
    int errnum = 0;
    ssize_t said = 0;
    do
        said = ::read(failed.read.get(), &errnum, sizeof errnum);
    while (said < 0 && errno == EINTR);
    return said == sizeof errnum ? errnum : 0;
}

} // namespace

HookResult runHook(const PreparedHook& hook, const HookSurroundings& surroundings)
{
    HookResult result;
    HookPipes pipes;
    int pidfd = -1;
    if (!pipes.in.make() || !pipes.out.make() || !pipes.failed.make() || !fill(pipes.in, surroundings.state)) {
        result.errnum = errno;
        return result;
    }
    const pid_t pid = forkHook(pidfd);
    if (pid == 0)
        becomeHook(hook, pipes, surroundings);
    if (pid < 0) {
        result.errnum = errno;
        return result;
    }
    const UniqueFd process{pidfd};
    for (UniqueFd* end : {&pipes.in.read, &pipes.in.write, &pipes.out.write, &pipes.failed.write})
        end->reset();
    int errnum = 0;
    if (awaitEnd(pidfd, pipes.out.read.get(), hook.timeoutMsec, surroundings, result)) {
        errnum = failureOf(pipes.failed);
    } else {
        errnum = errno;
        ::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0);
    }
    const int status = reap(pidfd);
    result.errnum = errnum != 0 ? errnum : status;
    return result;
}

} // namespace lamella::runtime
