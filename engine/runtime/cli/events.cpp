// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/oom_watch.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/events_document.h"
#include "engine/runtime/cli/state.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <poll.h>

namespace lamella::runtime::cli {

namespace {

using Clock = std::chrono::steady_clock;

void print(const std::string& line)
{
    std::puts(line.c_str());
    std::fflush(stdout);
}

Result<void> printStatistics(const State& state)
{
    print(statsEvent(state.id, TRY(cgroup::readStatistics(state.cgroup))));
    return {};
}

/// Waits until `until`, the end of the container or news of its memory; true when the container has ended.
Result<bool> awaitNews(BorrowedFd pidfd, BorrowedFd news, Clock::time_point until)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    std::array polls{pollfd{pidfd.get(), POLLIN, 0}, pollfd{news.get(), POLLIN, 0}};
    if (::poll(polls.data(), polls.size(), static_cast<int>(std::max<std::int64_t>(0, left.count()))) < 0
        && errno != EINTR)
        return systemFailure("cannot wait for events");
    return polls[0].revents != 0;
}

/// Shows each event, and the statistics from time to time, until the container ends.
Result<void> watch(const State& state, BorrowedFd pidfd, std::chrono::nanoseconds interval)
{
    cgroup::OomWatch memory = TRY(cgroup::OomWatch::start(state.cgroup));
    for (auto next = Clock::now() + interval;;) {
        const bool ended = TRY(awaitNews(pidfd, memory.descriptor(), next));
        const auto news = TRY(memory.take());
        for (std::uint64_t i = 0; i < news.count; ++i)
            print(oomEvent(state.id));
        if (ended || news.ended)
            return {};
        if (Clock::now() < next)
            continue;
        TRY(printStatistics(state));
        next += interval;
    }
}

} // namespace

Result<int> eventsCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const UniqueFd pidfd = processOf(state);
    if (!pidfd)
        return failure(ErrorKind::WrongState, compose("container with id {} is not running", options.id));
    if (options.stats)
        TRY(printStatistics(state));
    else
        TRY(watch(state, pidfd.borrow(), options.interval));
    return 0;
}

} // namespace lamella::runtime::cli
