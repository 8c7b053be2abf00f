// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// linux.resources of the runtime specification: config-linux.md, "Control groups". Field names are the
/// specification's; what is not set is not there, or empty.
namespace lamella::oci {

struct MemoryResources {
    std::optional<std::int64_t> limit, reservation, swap; ///< bytes; -1: no limit
    std::optional<std::int64_t> kernel, kernelTcp; ///< bytes; -1: no limit
    std::optional<std::uint64_t> swappiness; ///< 0 to 100
    std::optional<bool> disableOomKiller, useHierarchy, checkBeforeUpdate;
};

struct CpuResources {
    std::optional<std::uint64_t> shares, period; ///< period in microseconds
    std::optional<std::int64_t> quota; ///< microseconds in each period; -1: no limit
    std::optional<std::uint64_t> burst; ///< microseconds
    std::optional<std::int64_t> realtimeRuntime; ///< microseconds
    std::optional<std::uint64_t> realtimePeriod; ///< microseconds
    std::optional<std::int64_t> idle; ///< 1: only what nobody else wants
    std::string cpus, mems; ///< cpuset(7), "List format"
};

struct WeightDevice {
    std::int64_t major = 0, minor = 0;
    std::optional<std::uint16_t> weight, leafWeight; ///< 10 to 1000
};

struct ThrottleDevice {
    std::int64_t major = 0, minor = 0;
    std::uint64_t rate = 0; ///< bytes, or operations, in a second; 0: no limit
};

struct BlockIoResources {
    std::optional<std::uint16_t> weight = {}, leafWeight = {}; ///< 10 to 1000
    std::vector<WeightDevice> weightDevices = {};
    std::vector<ThrottleDevice> throttleReadBps = {}, throttleWriteBps = {};
    std::vector<ThrottleDevice> throttleReadIops = {}, throttleWriteIops = {};
};

struct HugepageLimit {
    std::string pageSize; ///< "2MB"
    std::uint64_t limit = 0; ///< bytes
};

struct InterfacePriority {
    std::string name;
    std::uint32_t priority = 0;
};

struct NetworkResources {
    std::optional<std::uint32_t> classId = {};
    std::vector<InterfacePriority> priorities = {};
};

struct RdmaLimit {
    std::optional<std::uint32_t> hcaHandles, hcaObjects;
};

/// A rule of linux.resources.devices. The rules hold in their order.
struct DeviceRule {
    bool allow = false;
    char type = 'a'; ///< 'b', 'c', or both
    std::optional<std::int64_t> major, minor; ///< nothing: any
    std::string access; ///< of "rwm"
};

struct LinuxResources {
    MemoryResources memory;
    CpuResources cpu;
    std::optional<std::int64_t> pidsLimit; ///< -1: no limit
    BlockIoResources blockIo;
    std::vector<HugepageLimit> hugepageLimits;
    NetworkResources network;
    std::map<std::string, RdmaLimit> rdma; ///< by the name of the device
    std::vector<DeviceRule> devices;
    std::map<std::string, std::string> unified; ///< v2 only: file -> value
};

/// Parses and validates a document that is linux.resources alone, as `update` takes it. Errors: InvalidArgument with
/// the JSON path of what is wrong.
Result<LinuxResources> parseResources(std::string_view json);

} // namespace lamella::oci
