// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/early_namespaces.h"

#include "engine/os/own_stack.h"
#include "engine/os/socket.h"
#include "engine/runtime/namespace_visit.h"

#include <array>
#include <csignal>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

/// As large as a first thread's: the container's process uses a copy of it.
constexpr std::size_t kStackSize = std::size_t{8} << 20;

} // namespace

/// In memory that both have. Who has been told by the other has it alone until it answers.
struct EarlyNamespaces::Helper {
    os::SocketPair channel; ///< second: the helper's
    os::OwnStack stack{kStackSize};
    pid_t caller = 0;
    pid_t pid = 0;
    UniqueFd pidfd;
    int namespaces = 0;
    bool hasMade = false;
    int errnum = 0; ///< why not; the caller's errno may have come between
    std::uint64_t flags = 0;
    std::optional<BorrowedFd> cgroup;
    const std::function<void()>* child = nullptr;
    Result<os::Child> born;
};

namespace {

/// False where the other has ended.
bool sendByte(int socket)
{
    return ::write(socket, "", 1) == 1;
}

bool receiveByte(int socket)
{
    char byte = 0;
    return ::read(socket, &byte, 1) == 1;
}

/// The caller has both ends of the channel, so that the helper's end does not end that.
Result<void> awaitHelper(BorrowedFd socket, BorrowedFd helper)
{
    std::array<pollfd, 2> polls{pollfd{socket.get(), POLLIN, 0}, pollfd{helper.get(), POLLIN, 0}};
    while (::poll(polls.data(), polls.size(), -1) < 0) {
        if (errno != EINTR)
            return systemFailure("cannot wait for the process that makes the namespaces");
    }
    if (polls[0].revents != 0 && receiveByte(socket.get()))
        return {};
    return failure(ErrorKind::Failed, "the process that makes the namespaces was ended");
}

} // namespace

int EarlyNamespaces::flagsFor(const oci::Spec& spec)
{
    int flags = 0;
    for (const oci::Namespace& space : spec.linux.namespaces) {
        // A time namespace is its caller's to leave, which takes a process that shares its memory with nobody.
        if (!space.path.empty() || space.type == oci::NamespaceType::Time)
            return 0;
        if (space.type != oci::NamespaceType::Pid && space.type != oci::NamespaceType::Cgroup)
            flags |= cloneFlag(space.type);
    }
    return spec.linux.netDevices.empty() && (flags & CLONE_NEWNET) != 0 ? flags : 0;
}

// Beside the caller, whose errno and memory allocator it shares, it makes no call that fails or allocates in the common
// way; when the caller waits for its clone(), it may.
int EarlyNamespaces::runHelper(void* argument)
{
    auto& helper = *static_cast<Helper*>(argument);
    const int socket = helper.channel.second.get();
    helper.hasMade = ::unshare(helper.namespaces) == 0;
    helper.errnum = errno;
    // Only now, as the change of rights clears it. A caller that ended before sends no signal.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != helper.caller)
        ::_exit(1);
    if (!sendByte(socket) || !helper.hasMade || !receiveByte(socket))
        ::_exit(1);
    helper.born = os::clone(helper.flags | CLONE_PARENT, helper.cgroup);
    if (helper.born && helper.born->pid == 0) {
        (*helper.child)();
        ::_exit(1);
    }
    ::_exit(sendByte(socket) ? 0 : 1);
}

EarlyNamespaces::EarlyNamespaces(std::unique_ptr<Helper> helper)
    : m_helper(std::move(helper))
{
}

EarlyNamespaces::EarlyNamespaces(EarlyNamespaces&&) noexcept = default;

Result<EarlyNamespaces> EarlyNamespaces::start(int flags)
{
    auto helper = std::make_unique<Helper>();
    helper->channel = TRY(os::makeSocketPair());
    helper->caller = ::getpid();
    helper->namespaces = flags;
    if (!helper->stack)
        return systemFailure("cannot make a stack");
    // The sibling tells the caller of its end with the same signal as the helper.
    const os::NoSignals noSignals;
    constexpr int kFlags = CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGCHLD;
    int pidfd = -1;
    helper->pid = ::clone(runHelper, helper->stack.top(), kFlags, helper.get(), &pidfd);
    if (helper->pid < 0)
        return systemFailure("cannot make a process that makes namespaces");
    helper->pidfd.reset(pidfd);
    return EarlyNamespaces{std::move(helper)};
}

EarlyNamespaces::~EarlyNamespaces()
{
    if (!m_helper)
        return;
    std::ignore = os::sendSignal(m_helper->pidfd.borrow(), SIGKILL);
    std::ignore = os::waitFor(m_helper->pidfd.borrow());
}

Result<void> EarlyNamespaces::await()
{
    TRY(awaitHelper(m_helper->channel.first.borrow(), m_helper->pidfd.borrow()));
    if (!m_helper->hasMade)
        return systemFailure("cannot make the namespaces", m_helper->errnum);
    return {};
}

pid_t EarlyNamespaces::helper() const
{
    return m_helper->pid;
}

Result<os::Child> EarlyNamespaces::clone(std::uint64_t flags, std::optional<BorrowedFd> cgroup,
                                         const std::function<void()>& child)
{
    m_helper->flags = flags;
    m_helper->cgroup = cgroup;
    m_helper->child = &child;
    if (!sendByte(m_helper->channel.first.get()))
        return systemFailure("cannot tell the process that makes the namespaces");
    TRY(awaitHelper(m_helper->channel.first.borrow(), m_helper->pidfd.borrow()));
    return std::move(m_helper->born);
}

} // namespace lamella::runtime
