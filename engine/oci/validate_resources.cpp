// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/validate.h"

#include "engine/base/compose.h"

#include <algorithm>
#include <array>
#include <net/if.h>

namespace lamella::oci {

namespace {

/// Kernel numbers of devices: linux/kdev_t.h.
constexpr std::int64_t kLargestMajor = (1 << 12) - 1;
constexpr std::int64_t kLargestMinor = (1 << 20) - 1;

/// Files of the unified tree that are no limit: they move, stop or kill processes, or divide controllers.
constexpr std::array<std::string_view, 7> kNoLimits{"cgroup.procs",  "cgroup.threads", "cgroup.kill",
                                                    "cgroup.freeze", "cgroup.type",    "cgroup.subtree_control",
                                                    "cgroup.stat"};

std::unexpected<Error> wrongResource(std::string text)
{
    return failure(ErrorKind::InvalidArgument, "config.json: linux.resources." + std::move(text));
}

Result<void> validateLimit(const char* name, const std::optional<std::int64_t>& limit)
{
    if (limit && *limit < -1)
        return wrongResource(compose("{}: {} is no limit", name, *limit));
    return {};
}

Result<void> validateMemory(const MemoryResources& memory)
{
    TRY(validateLimit("memory.limit", memory.limit));
    TRY(validateLimit("memory.reservation", memory.reservation));
    TRY(validateLimit("memory.swap", memory.swap));
    TRY(validateLimit("memory.kernel", memory.kernel));
    TRY(validateLimit("memory.kernelTCP", memory.kernelTcp));
    if (memory.swappiness.value_or(0) > 100)
        return wrongResource(compose("memory.swappiness: {} is not from 0 to 100", *memory.swappiness));
    if (memory.swap.value_or(0) > 0 && memory.limit.value_or(0) > 0 && *memory.swap < *memory.limit)
        return wrongResource(compose("memory.swap: {} bytes for memory and swap together are less than the limit of {} "
                                     "bytes for memory alone",
                                     *memory.swap, *memory.limit));
    return {};
}

/// What is written to a control file is one list, with nothing behind it.
Result<void> validateList(const char* name, const std::string& list)
{
    if (list.find_first_not_of("0123456789,- \n") != std::string::npos)
        return wrongResource(compose("cpu.{}: \"{}\" is no list of numbers", name, list));
    return {};
}

Result<void> validateCpu(const CpuResources& cpu)
{
    if (cpu.idle && *cpu.idle != 0 && *cpu.idle != 1)
        return wrongResource(compose("cpu.idle: {} is neither 0 nor 1", *cpu.idle));
    TRY(validateLimit("cpu.quota", cpu.quota));
    TRY(validateLimit("cpu.realtimeRuntime", cpu.realtimeRuntime));
    TRY(validateList("cpus", cpu.cpus));
    return validateList("mems", cpu.mems);
}

bool isDevice(std::int64_t majorNumber, std::int64_t minorNumber)
{
    return majorNumber >= 0 && majorNumber <= kLargestMajor && minorNumber >= 0 && minorNumber <= kLargestMinor;
}

Result<void> validateWeight(const char* name, const std::optional<std::uint16_t>& weight)
{
    if (weight && *weight != 0 && (*weight < 10 || *weight > 1000))
        return wrongResource(compose("blockIO.{}: {} is not from 10 to 1000", name, *weight));
    return {};
}

Result<void> validateBlockIo(const BlockIoResources& blockIo)
{
    TRY(validateWeight("weight", blockIo.weight));
    TRY(validateWeight("leafWeight", blockIo.leafWeight));
    for (const WeightDevice& device : blockIo.weightDevices) {
        if (!isDevice(device.major, device.minor))
            return wrongResource(compose("blockIO.weightDevice: {}:{} is no device", device.major, device.minor));
        TRY(validateWeight("weightDevice.weight", device.weight));
        TRY(validateWeight("weightDevice.leafWeight", device.leafWeight));
    }
    for (const auto* list :
         {&blockIo.throttleReadBps, &blockIo.throttleWriteBps, &blockIo.throttleReadIops, &blockIo.throttleWriteIops}) {
        for (const ThrottleDevice& device : *list) {
            if (!isDevice(device.major, device.minor))
                return wrongResource(compose("blockIO: {}:{} is no device", device.major, device.minor));
        }
    }
    return {};
}

/// "64KB", "2MB", "1GB": the kernel's names of its files have no other form.
bool isPageSize(std::string_view size)
{
    const auto unit = size.find_first_not_of("0123456789");
    return unit != size.npos && unit > 0 && unit <= 9 && size.front() != '0'
        && std::ranges::contains(std::array<std::string_view, 3>{"KB", "MB", "GB"}, size.substr(unit));
}

Result<void> validateHugepages(const std::vector<HugepageLimit>& limits)
{
    for (const HugepageLimit& limit : limits) {
        if (!isPageSize(limit.pageSize))
            return wrongResource(
                compose("hugepageLimits: the pageSize \"{}\" is not a number with KB, MB or GB", limit.pageSize));
        if (std::ranges::count(limits, limit.pageSize, &HugepageLimit::pageSize) > 1)
            return wrongResource(compose("hugepageLimits: {} is there twice", limit.pageSize));
    }
    return {};
}

Result<void> validateNetwork(const NetworkResources& network)
{
    for (const InterfacePriority& priority : network.priorities) {
        if (priority.name.empty() || priority.name.size() >= IFNAMSIZ
            || priority.name.find_first_of("/ \t\n") != std::string::npos)
            return wrongResource(compose("network.priorities: \"{}\" is no interface", priority.name));
    }
    return {};
}

Result<void> validateRdma(const std::map<std::string, RdmaLimit>& limits)
{
    for (const auto& [device, limit] : limits) {
        if (device.empty() || device.find_first_of(" \t\n") != std::string::npos)
            return wrongResource(compose("rdma: \"{}\" is no device", device));
    }
    return {};
}

Result<void> validateDeviceRules(const std::vector<DeviceRule>& rules)
{
    for (const DeviceRule& rule : rules) {
        if (!isDevice(rule.major.value_or(0), rule.minor.value_or(0)))
            return wrongResource(
                compose("devices: {}:{} is no device", rule.major.value_or(0), rule.minor.value_or(0)));
        if (rule.access.find_first_not_of("rwm") != std::string::npos)
            return wrongResource(compose("devices: the access \"{}\" is not made of r, w and m", rule.access));
    }
    return {};
}

/// The name is a file of the container's own cgroup.
Result<void> validateUnified(const std::map<std::string, std::string>& files)
{
    for (const auto& [file, value] : files) {
        if (file.empty() || file.starts_with('.') || !file.contains('.')
            || file.find_first_of(std::string_view{"/\n\0", 3}) != std::string::npos
            || std::ranges::contains(kNoLimits, std::string_view{file}))
            return wrongResource(compose("unified: \"{}\" is no file of a controller", file));
    }
    return {};
}

} // namespace

Result<void> validate(const LinuxResources& resources)
{
    TRY(validateMemory(resources.memory));
    TRY(validateCpu(resources.cpu));
    TRY(validateBlockIo(resources.blockIo));
    TRY(validateHugepages(resources.hugepageLimits));
    TRY(validateNetwork(resources.network));
    TRY(validateRdma(resources.rdma));
    TRY(validateDeviceRules(resources.devices));
    return validateUnified(resources.unified);
}

} // namespace lamella::oci
