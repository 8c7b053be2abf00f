// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/rate_meter.h"

#include <cmath>

namespace lamella::models {

using namespace std::chrono_literals;

namespace {

/// Closer together, the figure would say more of the clock than of the network.
constexpr auto kShortest = 400ms;
/// What is this long ago counts for a third.
constexpr std::chrono::duration<double> kMemory{3};

} // namespace

void RateMeter::add(std::uint64_t bytes, std::chrono::milliseconds time)
{
    if (m_time < 0ms || bytes < m_bytes) {
        *this = {};
        m_bytes = bytes;
        m_time = time;
        return;
    }
    if (time - m_time < kShortest)
        return;
    const std::chrono::duration<double> passed = time - m_time;
    const double now = static_cast<double>(bytes - m_bytes) / passed.count();
    const double weight = m_known ? 1 - std::exp(-passed / kMemory) : 1;
    m_rate += weight * (now - m_rate);
    m_known = true;
    m_bytes = bytes;
    m_time = time;
}

} // namespace lamella::models
