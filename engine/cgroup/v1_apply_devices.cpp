// SPDX-License-Identifier: GPL-3.0-or-later
// What v1 limits by device, or for the network.
#include "engine/base/compose.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/limit_text.h"
#include "engine/cgroup/v1.h"

#include <array>

namespace lamella::cgroup {

namespace {

struct ThrottleFile {
    const char* name;
    std::vector<oci::ThrottleDevice> oci::BlockIoResources::* devices;
};

constexpr std::array<ThrottleFile, 4> kThrottles{{
    {"blkio.throttle.read_bps_device", &oci::BlockIoResources::throttleReadBps},
    {"blkio.throttle.write_bps_device", &oci::BlockIoResources::throttleWriteBps},
    {"blkio.throttle.read_iops_device", &oci::BlockIoResources::throttleReadIops},
    {"blkio.throttle.write_iops_device", &oci::BlockIoResources::throttleWriteIops},
}};

} // namespace

Result<void> V1Cgroup::writeWeight(std::string_view name, std::string_view value) const
{
    // The scheduler bfq's file; older kernels had the scheduler cfq's.
    auto result = write("blkio", compose("blkio.bfq.{}", name), value);
    if (result || result.error().errnum != ENOENT)
        return result;
    result = write("blkio", compose("blkio.{}", name), value);
    if (!result && result.error().errnum == ENOENT)
        return failure(ErrorKind::Unsupported, compose("this kernel has no scheduler that knows blkio.{}", name));
    return result;
}

Result<void> V1Cgroup::applyBlockIo(const oci::BlockIoResources& blockIo)
{
    if (blockIo.weight.value_or(0) != 0)
        TRY(writeWeight("weight", std::to_string(*blockIo.weight)));
    if (blockIo.leafWeight.value_or(0) != 0)
        TRY(writeWeight("leaf_weight", std::to_string(*blockIo.leafWeight)));
    for (const oci::WeightDevice& device : blockIo.weightDevices) {
        const std::string name = compose("{}:{}", device.major, device.minor);
        if (device.weight.value_or(0) != 0)
            TRY(writeWeight("weight_device", compose("{} {}", name, *device.weight)));
        if (device.leafWeight.value_or(0) != 0)
            TRY(writeWeight("leaf_weight_device", compose("{} {}", name, *device.leafWeight)));
    }
    for (const ThrottleFile& file : kThrottles) {
        for (const oci::ThrottleDevice& device : blockIo.*(file.devices))
            TRY(write("blkio", file.name, compose("{}:{} {}", device.major, device.minor, device.rate)));
    }
    return {};
}

// What is reserved counts like what is used (hugetlb-v1's rsvd files; Linux 5.7).
Result<void> V1Cgroup::applyHugepages(const std::vector<oci::HugepageLimit>& limits)
{
    for (const oci::HugepageLimit& limit : limits) {
        const std::string value = std::to_string(limit.limit);
        TRY(write("hugetlb", compose("hugetlb.{}.limit_in_bytes", limit.pageSize), value));
        const auto reserved = write("hugetlb", compose("hugetlb.{}.rsvd.limit_in_bytes", limit.pageSize), value);
        if (!reserved && reserved.error().errnum != ENOENT)
            return reserved;
    }
    return {};
}

Result<void> V1Cgroup::applyNetwork(const oci::NetworkResources& network)
{
    if (network.classId.value_or(0) != 0)
        TRY(write("net_cls", "net_cls.classid", std::to_string(*network.classId)));
    for (const oci::InterfacePriority& priority : network.priorities)
        TRY(write("net_prio", "net_prio.ifpriomap", compose("{} {}", priority.name, priority.priority)));
    return {};
}

Result<void> V1Cgroup::applyRdma(const std::map<std::string, oci::RdmaLimit>& limits)
{
    for (const auto& [device, limit] : limits)
        TRY(write("rdma", "rdma.max", rdmaText(device, limit)));
    return {};
}

} // namespace lamella::cgroup
