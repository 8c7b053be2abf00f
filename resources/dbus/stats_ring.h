// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

/// The file that Container.OpenStats hands out: a header and a ring of samples, written by the helper once a second and
/// mapped read-only by the window. Plain memory of this machine; it never leaves it.
namespace lamella::dbus {

inline constexpr std::uint32_t kStatsMagic = 0x4c535431; // "LST1"
inline constexpr std::uint32_t kStatsCapacity = 1200;    // 20 minutes at one sample a second

/// One sample. Counters run from the container's start; rates are differences of two samples over their times.
struct StatsSample {
    /// Real time of the sample, µs since 1970. Between two runs of the container there is a gap.
    std::uint64_t timeUsec;
    /// CPU time used so far by this run, µs (v2 cpu.stat usage_usec, v1 cpuacct.usage / 1000).
    std::uint64_t cpuUsec;
    /// Time for which the quota held it back, µs.
    std::uint64_t throttledUsec;
    /// Working set: usage less inactive file cache, bytes. This is what is shown as "memory".
    std::uint64_t memoryBytes;
    /// Anonymous memory, file cache, and the kernel's own memory for it, bytes.
    std::uint64_t anonBytes;
    std::uint64_t fileBytes;
    std::uint64_t kernelBytes;
    /// Limits in force: memory in bytes, CPU in thousandths of a CPU; 0 is none.
    std::uint64_t memoryLimitBytes;
    std::uint64_t cpuLimitMilli;
    /// Processes, and processes killed for lack of memory so far.
    std::uint64_t pids;
    std::uint64_t oomKills;
    std::uint64_t reserved;
};
static_assert(sizeof(StatsSample) == 96);

/// The newest sample is samples[(written - 1) % capacity]; the oldest that can be read is max(0, written - capacity).
/// A reader copies samples, then reads `written` again: what has been overtaken meanwhile is thrown away.
struct StatsRing {
    std::uint32_t magic;
    std::uint32_t capacity;
    std::atomic<std::uint64_t> written;
    std::uint64_t reserved[6];
    StatsSample samples[kStatsCapacity];
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

} // namespace lamella::dbus
