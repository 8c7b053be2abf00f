// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/cpu_weight.h"

#include <algorithm>
#include <cmath>

namespace lamella::cgroup {

namespace {

constexpr std::uint64_t kLeastShares = 2;
constexpr std::uint64_t kMostShares = 262'144;
constexpr std::uint64_t kMostWeight = 10'000;
// What floating point may be off by at the three exact points.
constexpr double kTolerance = 1e-9;

} // namespace

std::uint64_t weightFromShares(std::uint64_t shares)
{
    const double l = std::log2(static_cast<double>(std::clamp(shares, kLeastShares, kMostShares)));
    const double exponent = (l * l + 125.0 * l) / 612.0 - 7.0 / 34.0;
    const double weight = std::ceil(std::pow(10.0, exponent) * (1.0 - kTolerance));
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(weight), 1, kMostWeight);
}

std::uint64_t sharesFromWeight(std::uint64_t weight)
{
    const double exponent = std::log10(static_cast<double>(std::clamp<std::uint64_t>(weight, 1, kMostWeight)));
    const double l = (std::sqrt(125.0 * 125.0 + 4.0 * 612.0 * (exponent + 7.0 / 34.0)) - 125.0) / 2.0;
    const double shares = std::floor(std::exp2(l) * (1.0 + kTolerance));
    return std::clamp(static_cast<std::uint64_t>(shares), kLeastShares, kMostShares);
}

} // namespace lamella::cgroup
