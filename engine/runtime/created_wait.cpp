// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/channel.h"
#include "engine/runtime/create_plan.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Runs between clone3(2) and execve(2), for a program without no_new_privs under its filter: no allocation, no lock,
// and no system call that is not needed.
namespace lamella::runtime {

namespace {

using rootfs::Reporter;
using rootfs::Step;

/// 0, or why execve(2) would refuse `path`: EACCES, ENOENT or ENOTDIR. Where a filter does not let look, nothing does.
int whyNotExecutable(const char* path)
{
    // Not access(2), which asks for the real user without the program's capabilities.
    if (::syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? errno : 0;
    struct stat found{};
    return ::stat(path, &found) == 0 && S_ISDIR(found.st_mode) ? EACCES : 0;
}

/// A program that is missing is told by create(), as runc does, so that callers know it from what fails later. It is a
/// courtesy: execve(2) decides.
void lookForProgram(const Program& program, const Reporter& reporter)
{
    int errnum = program.candidates.empty() ? 0 : ENOENT; // config.json need not name a program yet
    for (const auto& candidate : program.candidates) {
        const int reason = whyNotExecutable(candidate.c_str());
        if (reason == 0)
            return;
        if (reason == EACCES)
            errnum = EACCES;
    }
    if (errnum != 0)
        reporter.fail(Step::Exec, errnum);
}

void waitAtGate(int gate, const Reporter& reporter)
{
    char go = 0;
    ssize_t n = 0;
    do
        n = ::read(gate, &go, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        reporter.fail(Step::Ready, n < 0 ? errno : EPIPE);
}

} // namespace

void waitToStart(const Program& program, ChildEnds ends, const Reporter& reporter)
{
    const bool sendsLater = program.listener && program.noNewPrivileges;
    // What making the container needed.
    std::array kept{ends.channel.get(), ends.gate.get(), reporter.pipe().get(),
                    sendsLater ? program.listener->socket().get() : -1};
    closeOthers(program, kept);
    lookForProgram(program, reporter);
    // Not sendmsg(2): of what a filter has to let through for this, programs need everything.
    reporter.require(::write(ends.channel.get(), &kMarkReady, 1) == 1, Step::Ready);
    ::close(ends.channel.get());
    reporter.reached(Step::Ready);
    waitAtGate(ends.gate.get(), reporter);
    becomeProgram(program, reporter);
}

} // namespace lamella::runtime
