// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/termination.h"

#include "engine/base/log.h"
#include "engine/base/unique_fd.h"

#include <QSocketNotifier>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace lamella::helper {

namespace {

int g_event = -1; // written by the signal handler; open for the life of the process

void wake(int)
{
    const int saved = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(g_event, &one, sizeof(one));
    errno = saved;
}

} // namespace

Result<void> onTermination(QObject* context, std::function<void()> then)
{
    g_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (g_event < 0)
        return systemFailure("cannot make an eventfd for signals");
    auto* notifier = new QSocketNotifier(g_event, QSocketNotifier::Read, context);
    QObject::connect(notifier, &QSocketNotifier::activated, context, [then = std::move(then)] { then(); });
    struct sigaction action{};
    action.sa_handler = wake;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        if (::sigaction(signal, &action, nullptr) < 0)
            return systemFailure("cannot handle SIGTERM");
    }
    return {};
}

void notifyReady()
{
    const char* name = std::getenv("NOTIFY_SOCKET");
    if (!name || !*name)
        return;
    const std::string_view path = name;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        return log::warning("NOTIFY_SOCKET is too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    if (address.sun_path[0] == '@')
        address.sun_path[0] = '\0'; // an abstract address, unix(7)
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto length = socklen_t(offsetof(sockaddr_un, sun_path) + path.size());
    constexpr std::string_view ready = "READY=1";
    if (!socket
        || ::sendto(socket.get(), ready.data(), ready.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                    length)
            < 0)
        log::warning("cannot tell the service manager that we are ready: {}", std::strerror(errno));
}

} // namespace lamella::helper
