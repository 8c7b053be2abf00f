// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/change_watch.h"

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
class LiveWatch final : public ChangeWatch {
public:
    /// Errors: WrongState (the container has ended), Unsupported (the kernel cannot, or its first process has changed
    /// its root), LimitExceeded.
    static Result<std::unique_ptr<ChangeWatch>> start(const WatchTarget& target, Sink sink, Ended ended);
    ~LiveWatch() override;

private:
    class Loop;
    explicit LiveWatch(std::unique_ptr<Loop> loop);
    std::unique_ptr<Loop> m_loop;
};

} // namespace lamella::container
