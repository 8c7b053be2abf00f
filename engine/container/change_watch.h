// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/layer/live_change.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>

namespace lamella::container {

/// Watches what a running container changes, on a thread of its own, for as long as it lives. Its destructor waits for
/// the thread, which is at most in one call of the sink; never from a function that was given to it.
class ChangeWatch {
public:
    /// Called on the watch's thread, at most ten times a second.
    using Sink = std::function<void(const layer::LiveChanges&)>;
    /// Called once, on the watch's thread, when the container has ended and the sink has been told the last.
    using Ended = std::function<void()>;

    ChangeWatch() = default;
    ChangeWatch(const ChangeWatch&) = delete;
    ChangeWatch& operator=(const ChangeWatch&) = delete;
    virtual ~ChangeWatch() = default;
};

/// The container to be watched.
struct WatchTarget {
    pid_t pid = 0; ///< of its first process
    std::string cgroupPath; ///< that it is in
    std::filesystem::path upper; ///< the directory that its overlay writes to
};

/// The best that there is: a LiveWatch, which says what is changed by whom; where there can be none, an UpperWatch,
/// which says that something is. Errors: WrongState (it has ended), Unsupported (neither can be), LimitExceeded.
Result<std::unique_ptr<ChangeWatch>> watchChanges(const WatchTarget& target, ChangeWatch::Sink sink,
                                                  ChangeWatch::Ended ended);

} // namespace lamella::container
