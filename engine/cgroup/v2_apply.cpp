// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/cpu_weight.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/v2.h"

namespace lamella::cgroup {

namespace {

std::string numberOrMax(std::uint64_t value)
{
    return value == 0 ? "max" : std::to_string(value);
}

std::unexpected<Error> onlyV1(std::string_view what)
{
    return failure(ErrorKind::Unsupported,
                   compose("linux.resources.{} is for cgroup v1, and this machine has cgroup v2", what));
}

bool asksFor(const std::optional<std::int64_t>& limit)
{
    return limit.value_or(0) > 0;
}

} // namespace

Result<void> V2Cgroup::refuseV1Only(const Resources& resources)
{
    if (asksFor(resources.memoryKernel))
        return onlyV1("memory.kernel");
    if (asksFor(resources.memoryKernelTcp))
        return onlyV1("memory.kernelTCP");
    if (resources.memorySwappiness)
        return onlyV1("memory.swappiness");
    if (resources.memoryOomKillDisabled.value_or(false))
        return onlyV1("memory.disableOOMKiller");
    if (asksFor(resources.cpuRealtimeRuntimeUsec))
        return onlyV1("cpu.realtimeRuntime");
    if (resources.cpuRealtimePeriodUsec.value_or(0) != 0)
        return onlyV1("cpu.realtimePeriod");
    if (resources.blockIo.leafWeight.value_or(0) != 0)
        return onlyV1("blockIO.leafWeight");
    for (const oci::WeightDevice& device : resources.blockIo.weightDevices) {
        if (device.leafWeight.value_or(0) != 0)
            return onlyV1("blockIO.weightDevice.leafWeight");
    }
    if (resources.network.classId.value_or(0) != 0 || !resources.network.priorities.empty())
        return onlyV1("network");
    return {};
}

Result<void> V2Cgroup::apply(const Resources& resources)
{
    TRY(refuseV1Only(resources));
    TRY(applyMemory(resources));
    TRY(applyCpu(resources));
    if (resources.cpusetMems)
        TRY(write("cpuset.mems", *resources.cpusetMems));
    if (resources.cpusetCpus)
        TRY(write("cpuset.cpus", *resources.cpusetCpus));
    if (resources.pidsMax)
        TRY(write("pids.max", *resources.pidsMax < 0 ? "max" : std::to_string(*resources.pidsMax)));
    TRY(applyBlockIo(resources.blockIo));
    TRY(applyHugepages(resources.hugepageLimits));
    TRY(applyRdma(resources.rdma));
    for (const auto& [file, value] : resources.unified)
        TRY(write(file, value));
    return {};
}

Result<void> V2Cgroup::applyMemory(const Resources& resources)
{
    if (resources.memoryLimit && resources.memoryLimit->value != 0 && resources.memoryCheckFirst
        && TRY(readNumberAt(m_directory.borrow(), "memory.current")) > resources.memoryLimit->value)
        return failure(ErrorKind::InvalidArgument,
                       compose("the cgroup /{} uses more memory than the new limit of {} bytes", m_path,
                               resources.memoryLimit->value));
    TRY(applySwap(resources));
    if (resources.memoryLimit)
        TRY(write("memory.max", numberOrMax(resources.memoryLimit->value)));
    if (resources.memoryReservation)
        TRY(write("memory.low", numberOrMax(resources.memoryReservation->value)));
    return {};
}

// runtime-spec counts memory and swap together, v2 counts swap alone. No limit for memory alone means none for both,
// too.
Result<void> V2Cgroup::applySwap(const Resources& resources)
{
    const bool unlimited = resources.memoryLimit && resources.memoryLimit->value == 0;
    if (!resources.memorySwap && !unlimited)
        return {};
    std::string text = "max";
    if (resources.memorySwap.value_or(-1) >= 0) {
        const auto swap = static_cast<std::uint64_t>(*resources.memorySwap);
        const std::uint64_t memory = resources.memoryLimit ? resources.memoryLimit->value
                                                           : TRY(readNumberAt(m_directory.borrow(), "memory.max"));
        if (memory == 0 || memory > swap)
            return failure(ErrorKind::InvalidArgument,
                           compose("the limit for memory and swap together ({} bytes) is below the limit for memory "
                                   "alone",
                                   swap));
        text = std::to_string(swap - memory);
    }
    TRY(writeIfThere("memory.swap.max", text)); // swap may not be counted here
    return {};
}

Result<void> V2Cgroup::applyCpu(const Resources& resources)
{
    if (resources.cpuIdle)
        TRY(write("cpu.idle", *resources.cpuIdle ? "1" : "0"));
    // The kernel refuses a weight for what is idle.
    if (resources.cpuShares && !resources.cpuIdle.value_or(false))
        TRY(write("cpu.weight", std::to_string(weightFromShares(*resources.cpuShares))));
    if (!resources.cpuBurstUsec)
        return applyQuota(resources);
    // A burst is at most the quota: raising sets the quota first, lowering the burst.
    const std::string burst = std::to_string(*resources.cpuBurstUsec);
    auto result = write("cpu.max.burst", burst);
    TRY(applyQuota(resources));
    return !result && result.error().errnum == EINVAL ? write("cpu.max.burst", burst) : result;
}

Result<void> V2Cgroup::applyQuota(const Resources& resources)
{
    if (!resources.cpuQuotaUsec && !resources.cpuPeriodUsec)
        return {};
    std::string quota;
    if (resources.cpuQuotaUsec) {
        quota = numberOrMax(*resources.cpuQuotaUsec);
    } else {
        quota = TRY(read("cpu.max"));
        quota.resize(std::min(quota.find(' '), quota.size()));
    }
    if (resources.cpuPeriodUsec)
        quota.append(" ").append(std::to_string(*resources.cpuPeriodUsec));
    return write("cpu.max", quota);
}

} // namespace lamella::cgroup
