// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/keyring.h"
#include "engine/runtime/program.h"
#include "engine/runtime/seccomp.h"
#include "engine/runtime/settings.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

// Everything here runs between clone3(2) and execve(2): raw system calls where glibc's wrapper would lock (setresuid(2)
// signals all threads), no allocation.
namespace lamella::runtime {

namespace {

using rootfs::Reporter;
using rootfs::Step;

/// They are programs of the container and are confined like its own.
void runStartHooks(const Program& program, const Reporter& reporter)
{
    if (program.hooks.empty())
        return;
    const UniqueFd directory{::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)};
    reporter.require(static_cast<bool>(directory), Step::WorkingDirectory);
    runHooks(program.hooks, {program.hookState.view(), directory.borrow(), program.envp.data()}, reporter);
}

/// Nothing but the report pipe outlives the execve(2): every other descriptor is close-on-exec, so the number is free.
void handReportOn(const Reporter& reporter)
{
    const int pipe = reporter.pipe().get();
    const bool given
        = pipe == kReportForInit ? ::fcntl(pipe, F_SETFD, 0) == 0 : ::dup2(pipe, kReportForInit) == kReportForInit;
    reporter.require(given, Step::Exec);
}

/// execvp(3)'s rules: go on where a candidate is missing, and remember that one was there but not executable.
[[noreturn]] void execute(const Program& program, const Reporter& reporter)
{
    int errnum = ENOENT;
    runStartHooks(program, reporter);
    if (program.handsReportOn)
        handReportOn(reporter);
    reporter.reached(Step::Exec);
    for (const auto& candidate : program.candidates) {
        ::execve(candidate.c_str(), program.argv.data(), program.envp.data());
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            reporter.fail(Step::Exec, errno);
        if (errno == EACCES)
            errnum = EACCES;
    }
    reporter.fail(Step::Exec, errnum);
}

} // namespace

void enterChild(const Program& program, const Reporter& reporter)
{
    // A process of the container must not be able to trace this one, and so reach the descriptors of the host.
    reporter.require(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, Step::Clone);
    ::umask(0); // what is made in the root has the mode that it should have
    reporter.require(::close_range(3 + program.inheritedFds, ~0U, CLOSE_RANGE_CLOEXEC) == 0, Step::Clone);
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 65; ++signal)
        ::sigaction(signal, &action, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    reporter.require(::setsid() >= 0, Step::Clone);
    if (!program.sessionKeyring.empty())
        reporter.require(leaveSessionKeyring(), Step::Settings, detailOf(Setting::Keyring));
}

void closeOthers(const Program& program, std::span<int> kept)
{
    unsigned first = 3 + program.inheritedFds;
    std::ranges::sort(kept);
    for (const int fd : kept) {
        const auto number = static_cast<unsigned>(fd);
        if (fd < 0 || number < first)
            continue;
        if (number > first)
            ::close_range(first, number - 1, 0);
        first = number + 1;
    }
    ::close_range(first, ~0U, 0);
}

void loadFilter(const Program& program, const Reporter& reporter)
{
    if (program.filter.empty())
        return;
    const int errnum = program.listener ? program.listener->load(program.filter, program.filterFlags)
                                        : loadSeccomp(program.filter, program.filterFlags);
    if (errnum != 0)
        reporter.fail(Step::Seccomp, errnum);
    reporter.reached(Step::Seccomp);
}

void enterKeyring(const Program& program, const Reporter& reporter)
{
    if (program.sessionKeyring.empty() || joinSessionKeyring(program.sessionKeyring.c_str()))
        return;
    // A user may have 200 keys (keyrings(7), maxkeys), and many containers may have one user: then it keeps that which
    // enterChild() made as the host's root.
    reporter.require(errno == EDQUOT, Step::Settings, detailOf(Setting::Keyring));
}

void takeStreams(const Program& program, int terminal, const Reporter& reporter)
{
    for (int fd = 0; fd < 3; ++fd) {
        const int source = program.terminal ? terminal : program.streams[static_cast<std::size_t>(fd)].get();
        reporter.require(source < 0 || ::dup2(source, fd) == fd, Step::Terminal);
    }
    if (!program.terminal)
        return;
    if (program.plainNewlines) {
        termios settings{};
        reporter.require(::ioctl(terminal, TCGETS, &settings) == 0, Step::Terminal);
        settings.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
        reporter.require(::ioctl(terminal, TCSETS, &settings) == 0, Step::Terminal);
    }
    if (program.consoleSize.height != 0 || program.consoleSize.width != 0) {
        winsize size{};
        size.ws_row = program.consoleSize.height;
        size.ws_col = program.consoleSize.width;
        reporter.require(::ioctl(terminal, TIOCSWINSZ, &size) == 0, Step::Terminal);
    }
    reporter.require(::ioctl(terminal, TIOCSCTTY, 0) == 0, Step::Terminal);
}

void becomeProgram(const Program& program, const Reporter& reporter)
{
    if (program.noNewPrivileges)
        loadFilter(program, reporter);
    execute(program, reporter);
}

} // namespace lamella::runtime
