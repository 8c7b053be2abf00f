// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/namespace.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/own_stack.h"
#include "engine/os/process.h"

#include <csignal>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace lamella::os {

namespace {

constexpr std::size_t kStackSize = std::size_t{512} * 1024;

struct PrivateCall {
    const std::function<Result<void>()>& body;
    Result<void> result;
};

int runPrivateCall(void* argument)
{
    auto& call = *static_cast<PrivateCall*>(argument);
    // What is mounted from here on must not reach the namespace that this one was copied from.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        call.result = systemFailure("cannot make the mounts private");
    else
        call.result = call.body();
    return 0;
}

} // namespace

Result<UniqueFd> openNamespace(pid_t pid, const std::string& kind)
{
    return open(compose("/proc/{}/ns/{}", pid, kind), O_RDONLY);
}

Result<void> enterNamespace(BorrowedFd target, int type, std::string_view what)
{
    if (::setns(target.get(), type) != 0)
        return systemFailure(compose("cannot enter {}", what));
    return {};
}

Result<void> unshare(int flags, std::string_view what)
{
    if (::unshare(flags) != 0)
        return systemFailure(compose("cannot make {}", what));
    return {};
}

Result<void> callWithPrivateMounts(const std::function<Result<void>()>& body)
{
    const OwnStack stack{kStackSize};
    if (!stack)
        return systemFailure("cannot make a stack");
    PrivateCall call{body, failure(ErrorKind::Failed, "the process with private mounts ended early")};
    const NoSignals noSignals;
    // No signal tells of its end: it is nobody's business but this function's.
    constexpr int kFlags = CLONE_NEWNS | CLONE_VM | CLONE_VFORK | CLONE_FILES;
    const pid_t pid = ::clone(runPrivateCall, stack.top(), kFlags, &call);
    if (pid < 0)
        return systemFailure("cannot make a process with private mounts");
    while (::waitpid(pid, nullptr, __WCLONE) < 0 && errno == EINTR) { }
    return std::move(call.result);
}

Result<UniqueFd> makeUserNamespace(std::string_view uidMap, std::string_view gidMap)
{
    const NoSignals noSignals;
    const pid_t parent = ::getpid();
    const Child child = TRY(clone(CLONE_NEWUSER));
    if (child.pid == 0) {
        // Only for as long as it takes to open its namespace. Its copies of the caller's descriptors would keep open
        // what the caller closes meanwhile.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent || ::close_range(0, ~0U, 0) != 0) // a parent that ended before sends no signal
            ::_exit(1);
        for (;;)
            ::pause();
    }
    const auto map = [&]() -> Result<UniqueFd> {
        TRY(writeIdMap(child.pid, "uid_map", uidMap));
        TRY(writeIdMap(child.pid, "gid_map", gidMap));
        return openNamespace(child.pid, "user");
    };
    auto space = map();
    std::ignore = sendSignal(child.pidfd.borrow(), SIGKILL);
    std::ignore = waitFor(child.pidfd.borrow());
    return space;
}

Result<void> writeIdMap(pid_t pid, const std::string& file, std::string_view map)
{
    return writeControl(compose("/proc/{}/{}", pid, file), map);
}

} // namespace lamella::os
