// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/sibling.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/socket.h"
#include "engine/runtime/channel.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <sched.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

constexpr char kMarkBorn = 'b'; // with the child's pidfd
constexpr char kMarkGo = 'g';

/// The helper ends with errno as its status where it failed.
[[noreturn]] void endHelper(bool succeeded)
{
    ::_exit(succeeded ? 0 : std::min(errno, 255));
}

/// Has done what it was for, or does not get on. It may be in a paused container.
Result<os::ExitStatus> end(BorrowedFd helper)
{
    std::ignore = os::sendSignal(helper, SIGKILL);
    return os::waitFor(helper);
}

/// Why a helper says nothing.
Error whyEnded(BorrowedFd helper, std::string_view what)
{
    std::ignore = os::waitUntilEnded(helper, kDying);
    const auto status = end(helper);
    const int errnum = status && status->signal == 0 ? status->code : ECHILD;
    return Error::system(errnum, what);
}

/// The PID, as the caller sees it, of the process that a pidfd is of.
Result<pid_t> pidOf(BorrowedFd pidfd)
{
    const std::string info = TRY(os::readFile(compose("/proc/self/fdinfo/{}", pidfd.get())));
    constexpr std::string_view kKey = "\nPid:\t";
    const std::size_t at = info.find(kKey);
    pid_t pid = 0;
    if (at == std::string::npos
        || std::from_chars(info.data() + at + kKey.size(), info.data() + info.size(), pid).ec != std::errc{}
        || pid <= 0)
        return failure(ErrorKind::Failed, "the new process is none that this one can see");
    return pid;
}

} // namespace

Result<os::Child> cloneSibling(const SiblingRequest& request)
{
    os::SocketPair channel = TRY(os::makeSocketPair());
    const os::Child helper = TRY(os::clone(0, request.helperCgroup));
    if (helper.pid == 0) {
        channel.first.reset();
        if (!request.enter(channel.second.get()))
            endHelper(false);
        auto child = os::clone(request.flags | CLONE_PARENT, request.cgroup);
        if (child && child->pid == 0) {
            // A caller that does not know of it closes its end.
            if (!receiveMark(channel.second.get(), kMarkGo, nullptr))
                ::_exit(1);
            return os::Child{};
        }
        if (!child)
            errno = child.error().errnum;
        endHelper(child && sendMark(channel.second.get(), kMarkBorn, child->pidfd.get()));
    }
    channel.second.reset();
    if (auto told = awaitWord(channel.first.borrow(), {}, request.until); !told) {
        std::ignore = end(helper.pidfd.borrow());
        return std::unexpected(std::move(told).error());
    }
    int pidfd = -1;
    if (!receiveMark(channel.first.get(), kMarkBorn, &pidfd))
        return std::unexpected(whyEnded(helper.pidfd.borrow(), request.what));
    os::Child child{0, UniqueFd{pidfd}};
    std::ignore = end(helper.pidfd.borrow());
    // Who may trace the child can answer for the helper, with a process of its own.
    if (!TRY(os::isChild(child.pidfd.borrow())))
        return failure(ErrorKind::Failed, "the container answers with a process that is none of this one's");
    child.pid = TRY(pidOf(child.pidfd.borrow()));
    if (!sendMark(channel.first.get(), kMarkGo, -1))
        return systemFailure("cannot tell the new process");
    return child;
}

} // namespace lamella::runtime
