// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace lamella::container {

/// What watching a container may cost it: a share of the time that passes, and at once what was saved up. Who makes
/// little pays for it and is seen whole; who makes much is looked at for a part of the time.
class WatchBudget {
public:
    using Clock = std::chrono::steady_clock;

    explicit WatchBudget(Clock::time_point now)
        : m_at(now)
    {
    }

    /// `events` were made, and telling of them has taken `work` of a thread of its own.
    void spend(int events, std::chrono::nanoseconds work);

    /// True where nothing is left at `now`.
    bool isSpent(Clock::time_point now);

    /// When enough will be left to go on, where nothing more is spent.
    Clock::time_point refilled() const;

private:
    void earn(Clock::time_point now);

    Clock::time_point m_at; ///< until when m_left is counted
    std::chrono::nanoseconds m_left = kMost;

    static constexpr std::chrono::nanoseconds kMost = std::chrono::milliseconds{8};
};

} // namespace lamella::container
