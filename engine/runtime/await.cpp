// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/await.h"

#include <algorithm>
#include <limits>
#include <poll.h>

namespace lamella::runtime {

namespace {

int timeLeft(std::optional<Deadline> until)
{
    if (!until)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

} // namespace

Result<void> awaitWord(BorrowedFd fd, BorrowedFd stop, std::optional<Deadline> until)
{
    for (;;) {
        pollfd polls[]{{fd.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}};
        const int ready = ::poll(polls, 2, timeLeft(until));
        if (ready > 0 && polls[0].revents == 0)
            return failure(ErrorKind::Cancelled, "a signal told this to end");
        if (ready > 0)
            return {};
        if (ready == 0)
            return failure(ErrorKind::Failed, "the container's process says nothing: something stops it");
        if (errno != EINTR)
            return systemFailure("cannot wait for the container's process");
    }
}

} // namespace lamella::runtime
