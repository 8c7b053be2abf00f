// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/listener.h"

#include "engine/os/socket.h"
#include "engine/runtime/channel.h"
#include "engine/runtime/seccomp.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <new>
#include <sched.h>
#include <sys/mman.h>

namespace lamella::runtime {

namespace {

/// A listener that has stopped must not hold a start up for ever.
constexpr std::chrono::seconds kListenerPatience{10};

constexpr std::size_t kThreadStack = 64 * 1024;

void* mapMemory(std::size_t size, int sharing)
{
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

/// What the thread that sends and the one that loads the filter tell each other.
struct Handover {
    static constexpr int kNotYet = -1;
    static constexpr int kNever = -2;

    int socket;
    std::string_view message;
    std::atomic<int> descriptor = kNotYet;
    std::atomic<int> sent = kNotYet; ///< then errno, or 0
};

void pauseShortly()
{
    const timespec moment{0, 50'000};
    ::nanosleep(&moment, nullptr);
}

/// Sends all of it, the descriptor with the first byte. Returns errno (ETIMEDOUT: nobody takes it), or 0.
int sendAll(int socket, std::string_view message, int descriptor)
{
    DescriptorRoom room;
    while (!message.empty()) {
        iovec part{const_cast<char*>(message.data()), message.size()};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        if (descriptor >= 0)
            attachDescriptor(header, room, descriptor);
        const ssize_t n = ::sendmsg(socket, &header, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN ? ETIMEDOUT : errno;
        if (n > 0) {
            message.remove_prefix(static_cast<std::size_t>(n));
            descriptor = -1;
        }
    }
    return 0;
}

/// A thread that has no filter, with the descriptors of the one that loads it.
int sendWhenLoaded(void* argument)
{
    auto& handover = *static_cast<Handover*>(argument);
    int descriptor = Handover::kNotYet;
    while ((descriptor = handover.descriptor.load()) == Handover::kNotYet)
        pauseShortly();
    if (descriptor != Handover::kNever)
        handover.sent = sendAll(handover.socket, handover.message, descriptor);
    return 0;
}

} // namespace

Result<Listener> Listener::connect(const oci::Seccomp& seccomp, const ContainerState& state)
{
    Listener listener;
    listener.m_socket = TRY_WITHIN("failed to connect with seccomp agent",
                                   os::connectUnix(seccomp.listenerPath, SOCK_STREAM, kListenerPatience));
    nlohmann::json message{
        {"ociVersion", kOciVersion}, {"fds", {"seccompFd"}}, {"pid", kPidToCome}, {"state", stateDocument(state)}};
    if (!seccomp.listenerMetadata.empty())
        message["metadata"] = seccomp.listenerMetadata;
    listener.m_message = StateText{textOf(message)};
    void* const shared = mapMemory(sizeof(Shared), MAP_SHARED);
    char* const stack = static_cast<char*>(mapMemory(kThreadStack, MAP_PRIVATE));
    if (shared != nullptr)
        listener.m_shared = new (shared) Shared{};
    if (stack != nullptr)
        listener.m_stack = {stack, kThreadStack};
    if (shared == nullptr || stack == nullptr)
        return systemFailure("cannot map memory for the seccomp listener");
    return listener;
}

Listener::Listener(Listener&& other) noexcept
    : m_socket(std::move(other.m_socket))
    , m_message(std::move(other.m_message))
    , m_shared(std::exchange(other.m_shared, nullptr))
    , m_stack(std::exchange(other.m_stack, {}))
{
}

Listener::~Listener()
{
    if (m_shared != nullptr)
        ::munmap(m_shared, sizeof(Shared));
    if (!m_stack.empty())
        ::munmap(m_stack.data(), m_stack.size());
}

void Listener::tell(pid_t pid) const
{
    m_shared->pid = pid;
}

/// The parent tells it right after the clone; 0 where it does not.
pid_t Listener::awaitPid() const
{
    for (int i = 0; m_shared->pid == 0 && i < 100'000; ++i)
        pauseShortly();
    return m_shared->pid;
}

int Listener::load(std::span<const sock_filter> program, unsigned flags)
{
    const pid_t pid = awaitPid();
    if (pid == 0)
        return ECHILD;
    m_message.setPid(pid);
    Handover handover{m_socket.get(), m_message.view()};
    constexpr int kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    if (::clone(sendWhenLoaded, m_stack.data() + m_stack.size(), kThread, &handover) < 0)
        return errno;
    const int descriptor = loadNotifyingSeccomp(program, flags);
    if (descriptor < 0) {
        const int errnum = errno;
        handover.descriptor = Handover::kNever;
        return errnum;
    }
    handover.descriptor = descriptor;
    while (handover.sent.load() == Handover::kNotYet) { }
    return handover.sent;
}

} // namespace lamella::runtime
