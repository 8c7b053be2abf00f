// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/layer/live_change.h"

#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>

namespace lamella::container {

/// Tells what a running container changes, as it happens: one fanotify(7) mark on its overlay, which holds nothing of
/// it. A thread of its own reads the events, because names and paths must be asked for at once and asking may wait for
/// the disk; it sleeps while nothing is changed.
///
/// It costs the container about 1.5 µs for each event, so it asks for few. Of files that are written to without being
/// closed only one write a second is seen; a rescan stands for the others. A container that makes more than about
/// 5,000 events a second for long is looked at for a part of the time, so that watching costs it some 2 %
/// (WatchBudget), and told of by a rescan for the rest. Writing to mapped memory is not seen until it is unmapped. What
/// happens in a directory that is gone by the time of asking is left out.
class LiveWatch {
public:
    /// Called on the watch's thread, at most ten times a second.
    using Sink = std::function<void(const layer::LiveChanges&)>;

    /// Watches the container whose first process is `pid`, in the cgroup `cgroupPath`. `ended` is called once, on the
    /// watch's thread, when the container has ended and `sink` has been told the last. Errors: WrongState (it has
    /// ended), Unsupported (the kernel cannot, or its first process has changed its root), LimitExceeded.
    static Result<std::unique_ptr<LiveWatch>> start(pid_t pid, const std::string& cgroupPath, Sink sink,
                                                    std::function<void()> ended);

    LiveWatch(const LiveWatch&) = delete;
    LiveWatch& operator=(const LiveWatch&) = delete;
    /// Waits for the thread, which is at most in one call of `sink`; never from `sink` or `ended`.
    ~LiveWatch();

private:
    class Loop;
    explicit LiveWatch(std::unique_ptr<Loop> loop);
    std::unique_ptr<Loop> m_loop;
};

} // namespace lamella::container
