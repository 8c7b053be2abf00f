// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Everything that a cgroup's controllers count, as it is asked for now and then. What is sampled all the time is
/// Cgroup::usage(), which reads fewer files.
namespace lamella::cgroup {

struct Trees;

/// One line of a pressure file (the kernel's Documentation/accounting/psi.rst).
struct PressureLine {
    double average10 = 0; ///< per cent of the last 10 seconds
    double average60 = 0; ///< of the last 60
    double average300 = 0; ///< of the last 300
    std::uint64_t totalUsec = 0;
};

/// How long somebody (`some`) or everybody (`full`) had to wait for a resource. v2 only.
struct Pressure {
    PressureLine some, full;
};

struct CpuStatistics {
    std::uint64_t totalNsec = 0, userNsec = 0, kernelNsec = 0;
    std::vector<std::uint64_t> perCpuNsec, perCpuUserNsec, perCpuKernelNsec; ///< v1 only, in the order of the CPUs
    std::uint64_t periods = 0, throttledPeriods = 0, throttledNsec = 0;
    std::optional<Pressure> pressure;
};

struct CpusetStatistics {
    std::vector<std::uint16_t> cpus, mems;
    std::map<std::string, std::int64_t> flags; ///< v1 only: "cpu_exclusive", "sched_relax_domain_level", …
};

/// One thing that the memory controller counts and may limit.
struct MemoryCounter {
    std::uint64_t usageBytes = 0, peakBytes = 0;
    std::uint64_t limitBytes = 0; ///< the largest number where there is no limit
    std::uint64_t failures = 0; ///< how often the limit was met
};

struct MemoryStatistics {
    std::uint64_t cacheBytes = 0;
    MemoryCounter usage;
    MemoryCounter swap; ///< memory and swap together, as v1 counts them
    MemoryCounter kernel, kernelTcp;
    std::map<std::string, std::uint64_t> raw; ///< memory.stat
    std::map<std::string, std::uint64_t> events; ///< memory.events of v2; v1's number of "oom_kill"
    std::optional<Pressure> pressure;
};

struct PidsStatistics {
    std::uint64_t current = 0;
    std::uint64_t limit = 0; ///< 0: none
};

/// One counter of one block device.
struct BlockIoEntry {
    std::uint64_t major = 0, minor = 0;
    std::string operation; ///< "Read", "Write", …; empty where the counter does not tell them apart
    std::uint64_t value = 0;
};

/// Counters of the cgroup and of those below it, by the scheduler's names for them.
struct BlockIoStatistics {
    std::vector<BlockIoEntry> serviceBytes, serviced, queued, serviceTimeNsec, waitTimeNsec, merged, time, sectors;
    std::optional<Pressure> pressure;
};

struct HugepageStatistics {
    std::uint64_t usageBytes = 0, peakBytes = 0;
    std::uint64_t failures = 0;
};

struct RdmaStatistics {
    std::string device;
    std::uint64_t handles = 0, objects = 0;
};

struct Statistics {
    CpuStatistics cpu;
    CpusetStatistics cpuset;
    MemoryStatistics memory;
    PidsStatistics pids;
    BlockIoStatistics blockIo;
    std::map<std::string, HugepageStatistics> hugepages; ///< by the size as runtime-spec writes it: "2MB"
    std::vector<RdmaStatistics> rdma;
};

/// Reads what the controllers of the cgroup `path` (as in cgroup.h) count. What a controller that is missing or an
/// older kernel does not count is 0 or not there. Errors: NotFound where there is no such cgroup.
Result<Statistics> readStatistics(const std::string& path);

/// The same in trees that the caller chooses.
Result<Statistics> readStatistics(const std::shared_ptr<const Trees>& trees, const std::string& path);

} // namespace lamella::cgroup
