// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/watch_budget.h"

#include <algorithm>

namespace lamella::container {

namespace {

using namespace std::chrono_literals;

/// One part in so many of the time that passes.
constexpr int kShare = 128;
/// What the kernel does for an event while the container waits, with those that it puts together with the one read.
constexpr auto kEvent = 3us;
/// One part in so many of the thread's work is paid for by the container: both take the same locks and caches.
constexpr int kWorkShare = 16;

} // namespace

void WatchBudget::earn(Clock::time_point now)
{
    if (now <= m_at)
        return;
    m_left = std::min(kMost, m_left + (now - m_at) / kShare);
    m_at = now;
}

void WatchBudget::spend(int events, std::chrono::nanoseconds work)
{
    m_left -= events * kEvent + work / kWorkShare;
}

bool WatchBudget::isSpent(Clock::time_point now)
{
    earn(now);
    return m_left <= 0ns;
}

WatchBudget::Clock::time_point WatchBudget::refilled() const
{
    return m_at + kShare * std::max(kMost / 2 - m_left, 0ns);
}

} // namespace lamella::container
