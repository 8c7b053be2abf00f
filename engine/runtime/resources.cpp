// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/resources.h"

namespace lamella::runtime {

namespace {

/// -1 is the specification's "no limit", 0 bytes the cgroup's. What is 0 there is not set, as in runc.
std::optional<Bytes> toBytes(const std::optional<std::int64_t>& value)
{
    if (value.value_or(0) == 0)
        return std::nullopt;
    return Bytes{*value < 0 ? 0 : static_cast<std::uint64_t>(*value)};
}

template <class T>
std::optional<T> unlessZero(const std::optional<T>& value)
{
    return value.value_or(T{}) == T{} ? std::nullopt : value;
}

std::optional<std::string> unlessEmpty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional{text};
}

void addMemory(const oci::MemoryResources& memory, cgroup::Resources& out)
{
    out.memoryLimit = toBytes(memory.limit);
    out.memoryReservation = toBytes(memory.reservation);
    out.memorySwap = unlessZero(memory.swap);
    out.memoryKernel = unlessZero(memory.kernel);
    out.memoryKernelTcp = unlessZero(memory.kernelTcp);
    out.memorySwappiness = memory.swappiness;
    out.memoryOomKillDisabled = unlessZero(memory.disableOomKiller);
    out.memoryHierarchical = memory.useHierarchy;
    out.memoryCheckFirst = memory.checkBeforeUpdate.value_or(false);
}

void addCpu(const oci::CpuResources& cpu, cgroup::Resources& out)
{
    out.cpuShares = unlessZero(cpu.shares);
    if (cpu.quota.value_or(0) != 0)
        out.cpuQuotaUsec = *cpu.quota < 0 ? 0 : static_cast<std::uint64_t>(*cpu.quota);
    out.cpuPeriodUsec = unlessZero(cpu.period);
    out.cpuBurstUsec = cpu.burst;
    out.cpuRealtimeRuntimeUsec = unlessZero(cpu.realtimeRuntime);
    out.cpuRealtimePeriodUsec = unlessZero(cpu.realtimePeriod);
    if (cpu.idle)
        out.cpuIdle = *cpu.idle != 0;
    out.cpusetCpus = unlessEmpty(cpu.cpus);
    out.cpusetMems = unlessEmpty(cpu.mems);
}

unsigned accessOf(std::string_view letters)
{
    unsigned access = 0;
    for (const char letter : letters)
        access |= letter == 'r' ? cgroup::kReadDevice : letter == 'w' ? cgroup::kWriteDevice : cgroup::kMakeNode;
    return access;
}

cgroup::DeviceRule ruleOf(const oci::DeviceRule& rule)
{
    return {rule.allow, rule.type, static_cast<int>(rule.major.value_or(-1)), static_cast<int>(rule.minor.value_or(-1)),
            accessOf(rule.access)};
}

} // namespace

cgroup::Resources toResources(const oci::LinuxResources& resources)
{
    cgroup::Resources out;
    addMemory(resources.memory, out);
    addCpu(resources.cpu, out);
    out.pidsMax = unlessZero(resources.pidsLimit);
    out.blockIo = resources.blockIo;
    out.hugepageLimits = resources.hugepageLimits;
    out.network = resources.network;
    out.rdma = resources.rdma;
    for (const oci::DeviceRule& rule : resources.devices)
        out.devices.push_back(ruleOf(rule));
    out.unified = resources.unified;
    return out;
}

} // namespace lamella::runtime
