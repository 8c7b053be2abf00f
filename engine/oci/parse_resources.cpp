// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/json.h"
#include "engine/oci/parse.h"
#include "engine/oci/validate.h"

#include <utility>

namespace lamella::oci {

namespace {

constexpr std::size_t kMaxResources = 1u << 20;

Result<MemoryResources> parseMemory(const Node& node)
{
    TRY(node.mustBeObject());
    MemoryResources memory;
    TRY(read(node["limit"], memory.limit));
    TRY(read(node["reservation"], memory.reservation));
    TRY(read(node["swap"], memory.swap));
    TRY(read(node["kernel"], memory.kernel));
    TRY(read(node["kernelTCP"], memory.kernelTcp));
    TRY(read(node["swappiness"], memory.swappiness));
    TRY(read(node["disableOOMKiller"], memory.disableOomKiller));
    TRY(read(node["useHierarchy"], memory.useHierarchy));
    TRY(read(node["checkBeforeUpdate"], memory.checkBeforeUpdate));
    return memory;
}

Result<CpuResources> parseCpu(const Node& node)
{
    TRY(node.mustBeObject());
    CpuResources cpu;
    TRY(read(node["shares"], cpu.shares));
    TRY(read(node["quota"], cpu.quota));
    TRY(read(node["period"], cpu.period));
    TRY(read(node["burst"], cpu.burst));
    TRY(read(node["realtimeRuntime"], cpu.realtimeRuntime));
    TRY(read(node["realtimePeriod"], cpu.realtimePeriod));
    TRY(read(node["idle"], cpu.idle));
    TRY(read(node["cpus"], cpu.cpus));
    TRY(read(node["mems"], cpu.mems));
    return cpu;
}

/// The element's device, whose numbers must be there.
Result<void> readNumbers(const Node& node, std::int64_t& majorNumber, std::int64_t& minorNumber)
{
    TRY(node.mustBeObject());
    for (const char* key : {"major", "minor"}) {
        if (!node[key].present())
            return node[key].wrong("is missing");
    }
    TRY(read(node["major"], majorNumber));
    return read(node["minor"], minorNumber);
}

Result<void> readThrottle(const Node& node, std::vector<ThrottleDevice>& into)
{
    for (const Node& element : TRY(node.elements())) {
        ThrottleDevice device;
        TRY(readNumbers(element, device.major, device.minor));
        if (!element["rate"].present())
            return element["rate"].wrong("is missing");
        TRY(read(element["rate"], device.rate));
        into.push_back(device);
    }
    return {};
}

Result<BlockIoResources> parseBlockIo(const Node& node)
{
    TRY(node.mustBeObject());
    BlockIoResources blockIo;
    TRY(read(node["weight"], blockIo.weight));
    TRY(read(node["leafWeight"], blockIo.leafWeight));
    for (const Node& element : TRY(node["weightDevice"].elements())) {
        WeightDevice device;
        TRY(readNumbers(element, device.major, device.minor));
        TRY(read(element["weight"], device.weight));
        TRY(read(element["leafWeight"], device.leafWeight));
        if (!device.weight && !device.leafWeight)
            return element.wrong("has neither a weight nor a leafWeight");
        blockIo.weightDevices.push_back(device);
    }
    TRY(readThrottle(node["throttleReadBpsDevice"], blockIo.throttleReadBps));
    TRY(readThrottle(node["throttleWriteBpsDevice"], blockIo.throttleWriteBps));
    TRY(readThrottle(node["throttleReadIOPSDevice"], blockIo.throttleReadIops));
    TRY(readThrottle(node["throttleWriteIOPSDevice"], blockIo.throttleWriteIops));
    return blockIo;
}

Result<std::vector<HugepageLimit>> parseHugepages(const Node& node)
{
    std::vector<HugepageLimit> limits;
    for (const Node& element : TRY(node.elements())) {
        TRY(element.mustBeObject());
        if (!element["limit"].present())
            return element["limit"].wrong("is missing");
        HugepageLimit limit;
        TRY(read(element["pageSize"], limit.pageSize));
        TRY(read(element["limit"], limit.limit));
        limits.push_back(std::move(limit));
    }
    return limits;
}

Result<NetworkResources> parseNetwork(const Node& node)
{
    TRY(node.mustBeObject());
    NetworkResources network;
    TRY(read(node["classID"], network.classId));
    for (const Node& element : TRY(node["priorities"].elements())) {
        TRY(element.mustBeObject());
        InterfacePriority priority;
        TRY(read(element["name"], priority.name));
        TRY(read(element["priority"], priority.priority));
        network.priorities.push_back(std::move(priority));
    }
    return network;
}

Result<std::map<std::string, RdmaLimit>> parseRdma(const Node& node)
{
    std::map<std::string, RdmaLimit> limits;
    for (const auto& [device, member] : TRY(node.members())) {
        TRY(member.mustBeObject());
        RdmaLimit limit;
        TRY(read(member["hcaHandles"], limit.hcaHandles));
        TRY(read(member["hcaObjects"], limit.hcaObjects));
        if (!limit.hcaHandles && !limit.hcaObjects)
            return member.wrong("limits neither hcaHandles nor hcaObjects");
        limits.emplace(device, limit);
    }
    return limits;
}

/// A number of a device rule: absent and -1 are "any".
Result<std::optional<std::int64_t>> deviceNumber(const Node& node)
{
    std::optional<std::int64_t> number;
    TRY(read(node, number));
    return number == -1 ? std::nullopt : number;
}

Result<std::vector<DeviceRule>> parseDeviceRules(const Node& node)
{
    std::vector<DeviceRule> rules;
    for (const Node& element : TRY(node.elements())) {
        TRY(element.mustBeObject());
        if (!element["allow"].present())
            return element["allow"].wrong("is missing");
        DeviceRule rule;
        TRY(read(element["allow"], rule.allow));
        std::string type = "a";
        TRY(read(element["type"], type));
        if (type != "a" && type != "b" && type != "c" && !type.empty())
            return element["type"].wrong("must be a, b or c");
        rule.type = type.empty() ? 'a' : type.front();
        rule.major = TRY(deviceNumber(element["major"]));
        rule.minor = TRY(deviceNumber(element["minor"]));
        TRY(read(element["access"], rule.access));
        if (rule.access.empty())
            rule.access = "rwm";
        rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace

Result<LinuxResources> parseResourcesNode(const Node& node)
{
    TRY(node.mustBeObject());
    LinuxResources resources;
    resources.memory = TRY(parseMemory(node["memory"]));
    resources.cpu = TRY(parseCpu(node["cpu"]));
    TRY(node["pids"].mustBeObject());
    TRY(read(node["pids"]["limit"], resources.pidsLimit));
    resources.blockIo = TRY(parseBlockIo(node["blockIO"]));
    resources.hugepageLimits = TRY(parseHugepages(node["hugepageLimits"]));
    resources.network = TRY(parseNetwork(node["network"]));
    resources.rdma = TRY(parseRdma(node["rdma"]));
    resources.devices = TRY(parseDeviceRules(node["devices"]));
    TRY(read(node["unified"], resources.unified));
    return resources;
}

Result<LinuxResources> parseResources(std::string_view text)
{
    const nlohmann::json root = TRY(parseJson(text, "resources", kMaxResources));
    const Node document{&root, "resources"};
    if (!root.is_object())
        return document.wrong("must be an object");
    LinuxResources resources = TRY(parseResourcesNode(document));
    TRY(validate(resources));
    return resources;
}

} // namespace lamella::oci
