// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/change_watch.h"

namespace lamella::container {

/// Tells that a running container changes something, and neither what nor who: by inotify(7) on each directory of its
/// writable layer, where the kernel tells nothing of the overlay itself. Of more than 10,000 directories, and of what
/// is deeper than 128, nothing is seen; looking for new directories takes at most a tenth of the time.
class UpperWatch final : public ChangeWatch {
public:
    /// Errors: WrongState (the container has ended), LimitExceeded (of the kernel's watches).
    static Result<std::unique_ptr<ChangeWatch>> start(const WatchTarget& target, Sink sink, Ended ended);
    ~UpperWatch() override;

private:
    class Loop;
    explicit UpperWatch(std::unique_ptr<Loop> loop);
    std::unique_ptr<Loop> m_loop;
};

} // namespace lamella::container
