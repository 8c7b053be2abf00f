// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/serialize.h"

#include <nlohmann/json.hpp>

namespace lamella::oci {

namespace {

using nlohmann::json;

template <class T>
void putValue(json& object, const char* key, const std::optional<T>& value)
{
    if (value)
        object[key] = *value;
}

template <class T>
void putFilled(json& object, const char* key, const T& value)
{
    if (!value.empty())
        object[key] = value;
}

json memoryJson(const MemoryResources& memory)
{
    json out = json::object();
    putValue(out, "limit", memory.limit);
    putValue(out, "reservation", memory.reservation);
    putValue(out, "swap", memory.swap);
    putValue(out, "kernel", memory.kernel);
    putValue(out, "kernelTCP", memory.kernelTcp);
    putValue(out, "swappiness", memory.swappiness);
    putValue(out, "disableOOMKiller", memory.disableOomKiller);
    putValue(out, "useHierarchy", memory.useHierarchy);
    putValue(out, "checkBeforeUpdate", memory.checkBeforeUpdate);
    return out;
}

json cpuJson(const CpuResources& cpu)
{
    json out = json::object();
    putValue(out, "shares", cpu.shares);
    putValue(out, "quota", cpu.quota);
    putValue(out, "period", cpu.period);
    putValue(out, "burst", cpu.burst);
    putValue(out, "realtimeRuntime", cpu.realtimeRuntime);
    putValue(out, "realtimePeriod", cpu.realtimePeriod);
    putValue(out, "idle", cpu.idle);
    putFilled(out, "cpus", cpu.cpus);
    putFilled(out, "mems", cpu.mems);
    return out;
}

json throttleJson(const std::vector<ThrottleDevice>& devices)
{
    json out = json::array();
    for (const ThrottleDevice& device : devices)
        out.push_back({{"major", device.major}, {"minor", device.minor}, {"rate", device.rate}});
    return out;
}

json blockIoJson(const BlockIoResources& blockIo)
{
    json out = json::object();
    putValue(out, "weight", blockIo.weight);
    putValue(out, "leafWeight", blockIo.leafWeight);
    for (const WeightDevice& device : blockIo.weightDevices) {
        json& one = out["weightDevice"].emplace_back(json{{"major", device.major}, {"minor", device.minor}});
        putValue(one, "weight", device.weight);
        putValue(one, "leafWeight", device.leafWeight);
    }
    putFilled(out, "throttleReadBpsDevice", throttleJson(blockIo.throttleReadBps));
    putFilled(out, "throttleWriteBpsDevice", throttleJson(blockIo.throttleWriteBps));
    putFilled(out, "throttleReadIOPSDevice", throttleJson(blockIo.throttleReadIops));
    putFilled(out, "throttleWriteIOPSDevice", throttleJson(blockIo.throttleWriteIops));
    return out;
}

json networkJson(const NetworkResources& network)
{
    json out = json::object();
    putValue(out, "classID", network.classId);
    for (const InterfacePriority& priority : network.priorities)
        out["priorities"].push_back({{"name", priority.name}, {"priority", priority.priority}});
    return out;
}

json deviceRulesJson(const std::vector<DeviceRule>& rules)
{
    json out = json::array();
    for (const DeviceRule& rule : rules) {
        json& one
            = out.emplace_back(json{{"allow", rule.allow}, {"type", std::string{rule.type}}, {"access", rule.access}});
        putValue(one, "major", rule.major);
        putValue(one, "minor", rule.minor);
    }
    return out;
}

} // namespace

json toJson(const LinuxResources& resources)
{
    json out = json::object();
    putFilled(out, "memory", memoryJson(resources.memory));
    putFilled(out, "cpu", cpuJson(resources.cpu));
    if (resources.pidsLimit)
        out["pids"] = {{"limit", *resources.pidsLimit}};
    putFilled(out, "blockIO", blockIoJson(resources.blockIo));
    for (const HugepageLimit& limit : resources.hugepageLimits)
        out["hugepageLimits"].push_back({{"pageSize", limit.pageSize}, {"limit", limit.limit}});
    putFilled(out, "network", networkJson(resources.network));
    for (const auto& [device, limit] : resources.rdma) {
        json& one = out["rdma"][device] = json::object();
        putValue(one, "hcaHandles", limit.hcaHandles);
        putValue(one, "hcaObjects", limit.hcaObjects);
    }
    putFilled(out, "devices", deviceRulesJson(resources.devices));
    putFilled(out, "unified", resources.unified);
    return out;
}

} // namespace lamella::oci
