// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace lamella::shim {

/// epoll(7) with a function for each descriptor. One thread. A handler may watch and forget any descriptor, its own
/// too; it may be called once more than there was an event (descriptors are non-blocking, so that does no harm).
class EventLoop {
public:
    using Handler = std::function<void(std::uint32_t events)>;

    static Result<EventLoop> make();

    /// Calls `handler` when one of `events` (EPOLLIN, …) holds; EPOLLHUP and EPOLLERR always do. The descriptor stays
    /// the caller's, who calls forget() before closing it.
    Result<void> watch(BorrowedFd fd, std::uint32_t events, Handler handler);
    void change(BorrowedFd fd, std::uint32_t events);
    void forget(BorrowedFd fd);

    /// Waits for events, at most `timeout` (negative: for ever), and calls their handlers.
    Result<void> runOnce(std::chrono::milliseconds timeout);

private:
    explicit EventLoop(UniqueFd epoll)
        : m_epoll(std::move(epoll))
    {
    }

    UniqueFd m_epoll;
    std::unordered_map<int, std::shared_ptr<Handler>> m_handlers;
};

} // namespace lamella::shim
