// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace lamella::cgroup {

/// Asks `done` (a Result<bool>) again and again, soon at first and then every 10 ms, until it says true or `limit` has
/// passed. False: it never did. v1 has no file that one could poll(2).
template <class Done>
Result<bool> waitFor(Done done, std::chrono::milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    auto pause = std::chrono::microseconds{50};
    while (true) {
        if (TRY(done()))
            return true;
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::microseconds{10'000});
    }
}

/// How long a frozen or killed cgroup may take before that is an error (a process in an uninterruptible wait).
inline constexpr std::chrono::milliseconds kPatience{10'000};

} // namespace lamella::cgroup
