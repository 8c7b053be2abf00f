// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-init [--] PROGRAM [ARGUMENTS]: PID 1 of a container. It runs the program, passes signals on to it, reaps what
// the program's children leave behind, and ends as the program ends: with its status, or with 128 + the signal that
// killed it. Who started it may have given it a descriptor, which LAMELLA_INIT_REPORT names: a program that cannot be
// run is reported there, and its being closed says that the program runs (engine/rootfs/reporter.h has the record).
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int kNotFound = 127; // as shells say it
constexpr int kNotExecutable = 126;
constexpr int kWrongUse = 64; // EX_USAGE of sysexits.h

void say(const char* text)
{
    // Nothing can be done where standard error is closed.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, ::strlen(text));
}

int fail(const char* what, const char* about, int status)
{
    const int error = errno;
    say("lamella-init: ");
    say(what);
    say(about);
    say(": ");
    say(::strerror(error));
    say("\n");
    return status;
}

// Signals of a fault are this process's own; SIGKILL and SIGSTOP cannot be blocked.
sigset_t waitedSignals()
{
    sigset_t set;
    ::sigfillset(&set);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
        ::sigdelset(&set, own);
    return set;
}

struct Child {
    pid_t pid;
    bool terminal; // it has the terminal
};

// Where to report to, and -1 where nobody asked for it. The program sees nothing of it.
int takeReport()
{
    const char* text = ::getenv("LAMELLA_INIT_REPORT");
    if (!text)
        return -1;
    const int report = ::atoi(text);
    ::unsetenv("LAMELLA_INIT_REPORT");
    const bool usable = report > STDERR_FILENO && ::fcntl(report, F_SETFD, FD_CLOEXEC) == 0;
    return usable ? report : -1;
}

bool tell(int report, int error)
{
    const struct {
        std::uint32_t step;
        std::int32_t error;
        std::uint32_t detail;
    } record{UINT32_MAX, error, 0};
    return report >= 0 && ::write(report, &record, sizeof record) == static_cast<ssize_t>(sizeof record);
}

// The child: a process group of its own, in the foreground where there is a terminal, with the signals as we found
// them.
[[noreturn]] void becomeProgram(char** argv, const sigset_t& mask, int report)
{
    ::setpgid(0, 0);
    ::tcsetpgrp(STDIN_FILENO, ::getpid()); // SIGTTOU is blocked here; no terminal: no matter
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::execvp(argv[0], argv);
    const int status = errno == ENOENT ? kNotFound : kNotExecutable;
    if (tell(report, errno))
        ::_exit(status);
    ::_exit(fail("cannot run ", argv[0], status));
}

int exitStatus(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// A program that the terminal stops (Ctrl-Z) would stop for good, because there is no shell above that could tell it to
// go on: it goes on at once, as it would if it were PID 1 itself. SIGSTOP is somebody's wish and stays.
void continueProgram(const Child& child, int stopSignal)
{
    if (!child.terminal || stopSignal == SIGSTOP)
        return;
    ::tcsetpgrp(STDIN_FILENO, child.pid);
    ::kill(-child.pid, SIGCONT);
}

// True when the program has ended; `result` is its status then.
bool reap(const Child& child, int& result)
{
    while (true) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            return false;
        if (pid != child.pid)
            continue;
        if (WIFSTOPPED(status)) {
            continueProgram(child, WSTOPSIG(status));
            continue;
        }
        result = exitStatus(status);
        return true;
    }
}

int serve(const Child& child, const sigset_t& signals)
{
    while (true) {
        const int signal = ::sigwaitinfo(&signals, nullptr);
        if (signal < 0)
            continue; // EINTR
        if (signal == SIGCHLD) {
            int result = 0;
            if (reap(child, result))
                return result;
            continue;
        }
        ::kill(-child.pid, signal);
    }
}

} // namespace

int main(int argc, char** argv)
{
    int first = 1;
    if (first < argc && ::strcmp(argv[first], "--") == 0)
        ++first;
    if (first >= argc) {
        say("usage: lamella-init [--] PROGRAM [ARGUMENTS]\n");
        return kWrongUse;
    }
    const int report = takeReport();
    const sigset_t signals = waitedSignals();
    sigset_t before;
    ::sigprocmask(SIG_SETMASK, &signals, &before);
    const bool terminal = ::tcgetpgrp(STDIN_FILENO) >= 0;
    const pid_t pid = ::fork();
    if (pid < 0)
        return fail("cannot fork to run ", argv[first], kNotExecutable);
    if (pid == 0)
        becomeProgram(argv + first, before, report);
    if (report >= 0)
        ::close(report);
    ::setpgid(pid, pid); // in both, so that no signal is sent to a group that is not there yet
    return serve({pid, terminal}, signals);
}
