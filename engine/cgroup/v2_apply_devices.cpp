// SPDX-License-Identifier: GPL-3.0-or-later
// What v2 limits by device.
#include "engine/base/compose.h"
#include "engine/cgroup/limit_text.h"
#include "engine/cgroup/v2.h"

#include <array>

namespace lamella::cgroup {

namespace {

struct ThrottleKey {
    const char* name;
    std::vector<oci::ThrottleDevice> oci::BlockIoResources::* devices;
};

constexpr std::array<ThrottleKey, 4> kKeys{{
    {"rbps", &oci::BlockIoResources::throttleReadBps},
    {"wbps", &oci::BlockIoResources::throttleWriteBps},
    {"riops", &oci::BlockIoResources::throttleReadIops},
    {"wiops", &oci::BlockIoResources::throttleWriteIops},
}};

} // namespace

// Either the scheduler bfq knows weights, or the cost model does, on a scale of its own.
Result<void> V2Cgroup::applyWeight(std::string_view device, std::uint16_t weight)
{
    if (weight == 0 || TRY(writeIfThere("io.bfq.weight", compose("{} {}", device, weight))))
        return {};
    return write("io.weight", compose("{} {}", device, ioWeight(weight)));
}

Result<void> V2Cgroup::applyBlockIo(const oci::BlockIoResources& blockIo)
{
    TRY(applyWeight("default", blockIo.weight.value_or(0)));
    for (const oci::WeightDevice& device : blockIo.weightDevices)
        TRY(applyWeight(compose("{}:{}", device.major, device.minor), device.weight.value_or(0)));
    for (const ThrottleKey& key : kKeys) {
        for (const oci::ThrottleDevice& device : blockIo.*(key.devices)) {
            const std::string rate = device.rate == 0 ? "max" : std::to_string(device.rate);
            TRY(write("io.max", compose("{}:{} {}={}", device.major, device.minor, key.name, rate)));
        }
    }
    return {};
}

// What is reserved counts like what is used (cgroup-v2.rst, "HugeTLB").
Result<void> V2Cgroup::applyHugepages(const std::vector<oci::HugepageLimit>& limits)
{
    for (const oci::HugepageLimit& limit : limits) {
        const std::string value = std::to_string(limit.limit);
        TRY(write(compose("hugetlb.{}.max", limit.pageSize), value));
        TRY(writeIfThere(compose("hugetlb.{}.rsvd.max", limit.pageSize), value));
    }
    return {};
}

Result<void> V2Cgroup::applyRdma(const std::map<std::string, oci::RdmaLimit>& limits)
{
    for (const auto& [device, limit] : limits)
        TRY(write("rdma.max", rdmaText(device, limit)));
    return {};
}

} // namespace lamella::cgroup
