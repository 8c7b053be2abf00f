// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/self.h"

#include "engine/base/unique_fd.h"
#include "engine/os/file.h"
#include "engine/shim/protocol.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::shim {

namespace {

int oomScoreAtStart = 0;
int termination = -1; ///< an eventfd
pid_t self = 0;

void protectFromOom()
{
    UniqueFd file{::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC)};
    char text[16]{};
    if (!file || ::read(file.get(), text, sizeof text - 1) <= 0)
        return;
    oomScoreAtStart = std::atoi(text);
    // Lowering it needs CAP_SYS_RESOURCE, which a contained root may lack: then it stays as it is.
    [[maybe_unused]] const ssize_t written = ::pwrite(file.get(), "-999", 4, 0);
}

/// A handler that does nothing, and not SIG_IGN: execve(2) resets handlers but keeps ignored signals ignored, and the
/// container's program must start with the defaults.
void disregard(int) { }

/// A child that was not executed yet has this handler, too, and the same descriptor.
void noteTermination(int)
{
    const int before = errno;
    const std::uint64_t one = 1;
    if (::getpid() == self) [[maybe_unused]]
        const ssize_t written = ::write(termination, &one, sizeof one);
    errno = before;
}

Result<void> handleSignals()
{
    self = ::getpid();
    termination = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (termination < 0)
        return systemFailure("cannot make an event descriptor");
    struct sigaction action{};
    action.sa_handler = disregard;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM}) {
        if (::sigaction(signal, &action, nullptr) != 0)
            return systemFailure("cannot set a signal handler");
    }
    action.sa_handler = noteTermination;
    if (::sigaction(SIGTERM, &action, nullptr) != 0)
        return systemFailure("cannot set a signal handler");
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
}

/// Descriptors 0 to 2 exist in any case, so that no file of ours gets their numbers.
} // namespace

Result<void> becomeShim()
{
    TRY(os::fillStandardStreams());
    if (::close_range(kFirstConnection + 1, ~0u, 0) != 0)
        return systemFailure("cannot close inherited descriptors");
    if (::fcntl(kFirstConnection, F_SETFD, FD_CLOEXEC) != 0 && errno != EBADF)
        return systemFailure("cannot protect the first connection");
    ::setsid(); // EPERM: it leads one already
    ::umask(0077);
    TRY(handleSignals());
    if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return systemFailure("cannot protect the shim");
    ::prctl(PR_SET_NAME, "lamella-shim"); // run from a memfd, the kernel has no name for it
    protectFromOom();
    if (::chdir("/") != 0)
        return systemFailure("cannot change to /");
    return {};
}

int inheritedOomScore()
{
    return oomScoreAtStart;
}

BorrowedFd terminationEvent()
{
    return BorrowedFd{termination};
}

} // namespace lamella::shim
