// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"

#include <chrono>
#include <functional>

namespace lamella::container {

/// How long removed containers can be brought back, and how many of them one user may have.
struct TrashSettings {
    std::chrono::days keep{7}; ///< 0: what is removed is gone at once
    /// Beyond it a user's oldest ones go; the one that was removed last stays in any case.
    Bytes bytesOfOneUser = 32_GiB;
    std::function<std::chrono::microseconds()> now = {}; ///< the time since 1970; none: the machine's real-time clock
};

} // namespace lamella::container
