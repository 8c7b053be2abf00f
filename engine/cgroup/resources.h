// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"
#include "engine/cgroup/device_rules.h"
#include "engine/oci/resources.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lamella::cgroup {

/// What runtime-spec's linux.resources says. Unset or empty means: leave as it is. What only the other version of
/// cgroups has is refused (Unsupported).
struct Resources {
    std::optional<Bytes> memoryLimit = {}; ///< 0 bytes: no limit
    std::optional<Bytes> memoryReservation = {}; ///< v1 soft limit, v2 memory.low
    std::optional<std::int64_t> memorySwap = {}; ///< memory + swap, -1: no limit (runtime-spec's meaning)
    std::optional<std::int64_t> memoryKernel = {}; ///< v1 only; -1: no limit
    std::optional<std::int64_t> memoryKernelTcp = {}; ///< v1 only; -1: no limit
    std::optional<std::uint64_t> memorySwappiness = {}; ///< v1 only
    std::optional<bool> memoryOomKillDisabled = {}; ///< true: v1 only
    std::optional<bool> memoryHierarchical = {}; ///< v1 only: v2 always is
    bool memoryCheckFirst = false; ///< a limit below what is used already is refused
    std::optional<std::uint64_t> cpuShares = {}; ///< v1's, 2 to 262144; v2's weight is computed from them
    std::optional<std::uint64_t> cpuQuotaUsec = {}; ///< in each period; 0: no limit
    std::optional<std::uint64_t> cpuPeriodUsec = {}; ///< 100000 otherwise
    std::optional<std::uint64_t> cpuBurstUsec = {};
    std::optional<std::int64_t> cpuRealtimeRuntimeUsec = {}; ///< v1 only
    std::optional<std::uint64_t> cpuRealtimePeriodUsec = {}; ///< v1 only
    std::optional<bool> cpuIdle = {}; ///< true: shares do not count
    std::optional<std::string> cpusetCpus = {};
    std::optional<std::string> cpusetMems = {};
    std::optional<std::int64_t> pidsMax = {}; ///< -1: no limit
    oci::BlockIoResources blockIo = {};
    std::vector<oci::HugepageLimit> hugepageLimits = {};
    oci::NetworkResources network = {}; ///< v1 only
    std::map<std::string, oci::RdmaLimit> rdma = {};
    std::vector<DeviceRule> devices = {}; ///< only when a cgroup is made; kDefaultDevices come after them
    std::map<std::string, std::string> unified = {}; ///< v2 only: file -> value
};

} // namespace lamella::cgroup
