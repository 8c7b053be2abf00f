// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/base/log.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/v1.h"

namespace lamella::cgroup {

namespace {

std::string bytesOrNone(std::uint64_t bytes)
{
    return bytes == 0 ? "-1" : std::to_string(bytes);
}

bool isRefusedAsInvalid(const Result<void>& result)
{
    return !result && result.error().errnum == EINVAL;
}

bool isAbsent(const Result<void>& result)
{
    return !result && result.error().errnum == ENOENT;
}

/// Sets two limits of which the kernel wants one below the other at every moment: where the first is refused, the other
/// is set before it.
template <class First, class Second>
Result<void> setTogether(First setFirst, Second setSecond)
{
    auto result = setFirst();
    if (!isRefusedAsInvalid(result)) {
        TRY(std::move(result));
        return setSecond();
    }
    TRY(setSecond());
    return setFirst();
}

} // namespace

Result<void> V1Cgroup::refuseV2Only(const Resources& resources)
{
    if (!resources.unified.empty())
        return failure(ErrorKind::Unsupported,
                       "linux.resources.unified is for cgroup v2, and this machine has cgroup v1");
    return {};
}

Result<void> V1Cgroup::apply(const Resources& resources)
{
    TRY(refuseV2Only(resources));
    TRY(applyMemory(resources));
    TRY(applyCpu(resources));
    TRY(applyCpuset(resources));
    if (resources.pidsMax)
        TRY(write("pids", "pids.max", *resources.pidsMax < 0 ? "max" : std::to_string(*resources.pidsMax)));
    TRY(applyBlockIo(resources.blockIo));
    TRY(applyHugepages(resources.hugepageLimits));
    TRY(applyNetwork(resources.network));
    return applyRdma(resources.rdma);
}

/// Newer kernels count it with the rest of the memory and have no limit for it alone.
Result<void> V1Cgroup::limitKernelMemory(std::int64_t bytes)
{
    auto limited = write("memory", "memory.kmem.limit_in_bytes", std::to_string(bytes));
    if (limited || (limited.error().errnum != EOPNOTSUPP && limited.error().errnum != ENOENT))
        return limited;
    log::warning("linux.resources.memory.kernel is left out: {}", limited.error().message);
    return {};
}

Result<void> V1Cgroup::applyMemory(const Resources& resources)
{
    if (resources.memoryHierarchical)
        TRY(write("memory", "memory.use_hierarchy", *resources.memoryHierarchical ? "1" : "0"));
    TRY(applyMemoryLimits(resources));
    if (resources.memoryReservation)
        TRY(write("memory", "memory.soft_limit_in_bytes", bytesOrNone(resources.memoryReservation->value)));
    if (resources.memoryKernel)
        TRY(limitKernelMemory(*resources.memoryKernel));
    if (resources.memoryKernelTcp)
        TRY(write("memory", "memory.kmem.tcp.limit_in_bytes", std::to_string(*resources.memoryKernelTcp)));
    if (resources.memorySwappiness)
        TRY(write("memory", "memory.swappiness", std::to_string(*resources.memorySwappiness)));
    if (resources.memoryOomKillDisabled)
        TRY(write("memory", "memory.oom_control", *resources.memoryOomKillDisabled ? "1" : "0"));
    return {};
}

// The kernel wants limit <= memory + swap at every moment: raising sets the sum first, lowering the limit first. No
// limit for memory alone means none for both, too.
Result<void> V1Cgroup::applyMemoryLimits(const Resources& resources)
{
    const bool unlimited = resources.memoryLimit && resources.memoryLimit->value == 0;
    const auto swap = unlimited && !resources.memorySwap ? std::optional<std::int64_t>{-1} : resources.memorySwap;
    const auto setLimit = [&]() -> Result<void> {
        return write("memory", "memory.limit_in_bytes", bytesOrNone(resources.memoryLimit->value));
    };
    const auto setSwap = [&]() -> Result<void> {
        if (!swap)
            return {};
        auto result = write("memory", "memory.memsw.limit_in_bytes", *swap < 0 ? "-1" : std::to_string(*swap));
        return isAbsent(result) ? Result<void>{} : result; // swap is not counted on this machine
    };
    if (!resources.memoryLimit)
        return setSwap();
    const std::uint64_t limit = resources.memoryLimit->value;
    if (resources.memoryCheckFirst && !unlimited && TRY(number("memory", "memory.usage_in_bytes")) > limit)
        return failure(ErrorKind::InvalidArgument,
                       compose("the cgroup /{} uses more memory than the new limit of {} bytes", m_path, limit));
    return setTogether(setLimit, setSwap);
}

Result<void> V1Cgroup::applyCpu(const Resources& resources)
{
    if (resources.cpuIdle)
        TRY(write("cpu", "cpu.idle", *resources.cpuIdle ? "1" : "0"));
    if (resources.cpuShares && !resources.cpuIdle.value_or(false))
        TRY(write("cpu", "cpu.shares", std::to_string(*resources.cpuShares)));
    TRY(applyRealtime(resources));
    const auto setPeriod = [&]() -> Result<void> {
        return resources.cpuPeriodUsec ? write("cpu", "cpu.cfs_period_us", std::to_string(*resources.cpuPeriodUsec))
                                       : Result<void>{};
    };
    const auto setQuota = [&]() -> Result<void> {
        return resources.cpuQuotaUsec ? write("cpu", "cpu.cfs_quota_us", bytesOrNone(*resources.cpuQuotaUsec))
                                      : Result<void>{};
    };
    const auto setBurst = [&]() -> Result<void> {
        return resources.cpuBurstUsec ? write("cpu", "cpu.cfs_burst_us", std::to_string(*resources.cpuBurstUsec))
                                      : Result<void>{};
    };
    // A burst is at most the quota, and the quota's part of the period at most the parent's.
    return setTogether(setBurst, [&] { return setTogether(setPeriod, setQuota); });
}

Result<void> V1Cgroup::applyRealtime(const Resources& resources)
{
    const auto setPeriod = [&]() -> Result<void> {
        return resources.cpuRealtimePeriodUsec
            ? write("cpu", "cpu.rt_period_us", std::to_string(*resources.cpuRealtimePeriodUsec))
            : Result<void>{};
    };
    const auto setRuntime = [&]() -> Result<void> {
        return resources.cpuRealtimeRuntimeUsec
            ? write("cpu", "cpu.rt_runtime_us", std::to_string(*resources.cpuRealtimeRuntimeUsec))
            : Result<void>{};
    };
    auto result = setTogether(setPeriod, setRuntime);
    if (isRefusedAsInvalid(result))
        result.error().message += ": the cgroups above it must have as much (their cpu.rt_runtime_us), which they do "
                                  "not get by themselves";
    return result;
}

Result<void> V1Cgroup::applyCpuset(const Resources& resources)
{
    if (resources.cpusetMems)
        TRY(write("cpuset", "cpuset.mems", *resources.cpusetMems));
    if (resources.cpusetCpus)
        TRY(write("cpuset", "cpuset.cpus", *resources.cpusetCpus));
    return {};
}

} // namespace lamella::cgroup
