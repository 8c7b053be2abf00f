// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/event_loop.h"

#include <array>
#include <sys/epoll.h>

namespace lamella::shim {

Result<EventLoop> EventLoop::make()
{
    UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
    if (!epoll)
        return systemFailure("cannot make an epoll descriptor");
    return EventLoop{std::move(epoll)};
}

Result<void> EventLoop::watch(BorrowedFd fd, std::uint32_t events, Handler handler)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = fd.get();
    if (::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0)
        return systemFailure("cannot watch a descriptor");
    m_handlers[fd.get()] = std::make_shared<Handler>(std::move(handler));
    return {};
}

void EventLoop::change(BorrowedFd fd, std::uint32_t events)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = fd.get();
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, fd.get(), &event);
}

void EventLoop::forget(BorrowedFd fd)
{
    if (m_handlers.erase(fd.get()) != 0)
        ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
}

Result<void> EventLoop::runOnce(std::chrono::milliseconds timeout)
{
    std::array<epoll_event, 32> events{};
    const int count = ::epoll_wait(m_epoll.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(timeout.count()));
    if (count < 0 && errno != EINTR)
        return systemFailure("cannot wait for events");
    for (int i = 0; i < count; ++i) {
        const auto found = m_handlers.find(events[static_cast<std::size_t>(i)].data.fd);
        if (found == m_handlers.end())
            continue;
        const std::shared_ptr<Handler> handler = found->second;
        (*handler)(events[static_cast<std::size_t>(i)].events);
    }
    return {};
}

} // namespace lamella::shim
