// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/resources.h"

#include "engine/cgroup/cpu_weight.h"

namespace lamella::runtime {

namespace {

/// -1 is the specification's "no limit", 0 bytes the cgroup's.
std::optional<Bytes> toBytes(const std::optional<std::int64_t>& value)
{
    if (!value)
        return std::nullopt;
    return Bytes{*value < 0 ? 0 : static_cast<std::uint64_t>(*value)};
}

} // namespace

Result<cgroup::Resources> toResources(const oci::LinuxResources& resources)
{
    if (!resources.unified.empty())
        return failure(ErrorKind::Unsupported, "linux.resources.unified is not supported");
    cgroup::Resources out;
    out.memoryLimit = toBytes(resources.memory.limit);
    out.memoryReservation = toBytes(resources.memory.reservation);
    out.memorySwap = resources.memory.swap;
    if (resources.cpu.shares && *resources.cpu.shares != 0)
        out.cpuWeight = cgroup::weightFromShares(*resources.cpu.shares);
    if (resources.cpu.quota)
        out.cpuQuotaUsec = *resources.cpu.quota < 0 ? 0 : static_cast<std::uint64_t>(*resources.cpu.quota);
    out.cpuPeriodUsec = resources.cpu.period;
    if (!resources.cpu.cpus.empty())
        out.cpusetCpus = resources.cpu.cpus;
    if (!resources.cpu.mems.empty())
        out.cpusetMems = resources.cpu.mems;
    out.pidsMax = resources.pidsLimit;
    return out;
}

} // namespace lamella::runtime
