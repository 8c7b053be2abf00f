// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lamella::cgroup {

/// v2's cpu.weight (1 to 10000, 100 normally) for v1's cpu.shares (2 to 262144, 1024 normally), which runtime-spec
/// speaks of. A curve through the three pairs (2, 1), (1024, 100), (262144, 10000), as crun and opencontainers/cgroups
/// convert it:
///   weight = ceil(10^((log2(shares)^2 + 125 log2(shares)) / 612 - 7/34))
/// The straight line that they used before gave a container of 1024 shares a weight of 39 instead of 100.
std::uint64_t weightFromShares(std::uint64_t shares);

/// The reverse: the largest number of shares that has this weight.
std::uint64_t sharesFromWeight(std::uint64_t weight);

} // namespace lamella::cgroup
