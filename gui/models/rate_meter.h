// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace lamella::models {

/// How fast a count of bytes grows, smoothed over the last seconds so that the figure can be read.
class RateMeter {
public:
    /// `bytes`: the count at `time`, of a clock that only goes forward.
    void add(std::uint64_t bytes, std::chrono::milliseconds time);
    /// Bytes a second; 0 until it is known.
    double perSecond() const { return m_rate; }

private:
    std::uint64_t m_bytes = 0;
    std::chrono::milliseconds m_time{-1};
    double m_rate = 0;
    bool m_known = false;
};

} // namespace lamella::models
