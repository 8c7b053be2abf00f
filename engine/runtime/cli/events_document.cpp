// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/events_document.h"

#include <nlohmann/json.hpp>

namespace lamella::runtime::cli {

namespace {

using nlohmann::json;

// What is 0 is left out where runc leaves it out.
void putNumber(json& object, const char* key, std::uint64_t value)
{
    if (value != 0)
        object[key] = value;
}

template <class T>
void putFilled(json& object, const char* key, const T& values)
{
    if (!values.empty())
        object[key] = values;
}

json toJson(const cgroup::PressureLine& line)
{
    return {
        {"avg10", line.average10}, {"avg60", line.average60}, {"avg300", line.average300}, {"total", line.totalUsec}};
}

void putPressure(json& object, const std::optional<cgroup::Pressure>& pressure)
{
    if (pressure)
        object["psi"] = {{"some", toJson(pressure->some)}, {"full", toJson(pressure->full)}};
}

json toJson(const cgroup::CpuStatistics& cpu)
{
    json usage{{"kernel", cpu.kernelNsec}, {"user", cpu.userNsec}};
    putNumber(usage, "total", cpu.totalNsec);
    putFilled(usage, "percpu", cpu.perCpuNsec);
    putFilled(usage, "percpu_kernel", cpu.perCpuKernelNsec);
    putFilled(usage, "percpu_user", cpu.perCpuUserNsec);
    json throttling = json::object();
    putNumber(throttling, "periods", cpu.periods);
    putNumber(throttling, "throttledPeriods", cpu.throttledPeriods);
    putNumber(throttling, "throttledTime", cpu.throttledNsec);
    json out{{"usage", std::move(usage)}, {"throttling", std::move(throttling)}};
    putPressure(out, cpu.pressure);
    return out;
}

json toJson(const cgroup::CpusetStatistics& cpuset)
{
    json out{{"cpu_exclusive", 0},   {"mem_hardwall", 0},       {"mem_exclusive", 0},
             {"memory_migrate", 0},  {"memory_spread_page", 0}, {"memory_spread_slab", 0},
             {"memory_pressure", 0}, {"sched_load_balance", 0}, {"sched_relax_domain_level", 0}};
    for (const auto& [flag, value] : cpuset.flags)
        out[flag] = value;
    putFilled(out, "cpus", cpuset.cpus);
    putFilled(out, "mems", cpuset.mems);
    return out;
}

json toJson(const cgroup::MemoryCounter& counter)
{
    json out{{"limit", counter.limitBytes}, {"failcnt", counter.failures}};
    putNumber(out, "usage", counter.usageBytes);
    putNumber(out, "max", counter.peakBytes);
    return out;
}

json toJson(const cgroup::MemoryStatistics& memory)
{
    json out{{"usage", toJson(memory.usage)},
             {"swap", toJson(memory.swap)},
             {"kernel", toJson(memory.kernel)},
             {"kernelTCP", toJson(memory.kernelTcp)}};
    // What has not happened is left out: there are callers that look for the word "oom" in the lines.
    for (const auto& [event, count] : memory.events) {
        if (count != 0)
            out["event_count"][event] = count;
    }
    putNumber(out, "cache", memory.cacheBytes);
    putFilled(out, "raw", memory.raw);
    putPressure(out, memory.pressure);
    return out;
}

json toJson(const cgroup::PidsStatistics& pids)
{
    json out = json::object();
    putNumber(out, "current", pids.current);
    putNumber(out, "limit", pids.limit);
    return out;
}

void putEntries(json& object, const char* key, const std::vector<cgroup::BlockIoEntry>& entries)
{
    for (const cgroup::BlockIoEntry& entry : entries) {
        json& one = object[key].emplace_back(json::object());
        putNumber(one, "major", entry.major);
        putNumber(one, "minor", entry.minor);
        putNumber(one, "value", entry.value);
        if (!entry.operation.empty())
            one["op"] = entry.operation;
    }
}

json toJson(const cgroup::BlockIoStatistics& blockIo)
{
    json out = json::object();
    putEntries(out, "ioServiceBytesRecursive", blockIo.serviceBytes);
    putEntries(out, "ioServicedRecursive", blockIo.serviced);
    putEntries(out, "ioQueueRecursive", blockIo.queued);
    putEntries(out, "ioServiceTimeRecursive", blockIo.serviceTimeNsec);
    putEntries(out, "ioWaitTimeRecursive", blockIo.waitTimeNsec);
    putEntries(out, "ioMergedRecursive", blockIo.merged);
    putEntries(out, "ioTimeRecursive", blockIo.time);
    putEntries(out, "sectorsRecursive", blockIo.sectors);
    putPressure(out, blockIo.pressure);
    return out;
}

json toJson(const std::map<std::string, cgroup::HugepageStatistics>& hugepages)
{
    json out = json::object();
    for (const auto& [size, counts] : hugepages) {
        json& one = out[size] = json{{"failcnt", counts.failures}};
        putNumber(one, "usage", counts.usageBytes);
        putNumber(one, "max", counts.peakBytes);
    }
    return out;
}

// runc has no place for rdma in its document; the words are the kernel's.
json toJson(const std::vector<cgroup::RdmaStatistics>& devices)
{
    json out = json::object();
    for (const cgroup::RdmaStatistics& device : devices)
        out[device.device] = {{"hca_handle", device.handles}, {"hca_object", device.objects}};
    return out;
}

std::string dumped(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// In runc's order: there are callers that compare the text.
std::string eventLine(std::string_view type, const std::string& id, const json& data)
{
    std::string line = "{\"type\":" + dumped(type) + ",\"id\":" + dumped(id);
    if (!data.is_null())
        line += ",\"data\":" + dumped(data);
    return line + "}";
}

} // namespace

std::string statsEvent(const std::string& id, const cgroup::Statistics& statistics)
{
    json data{{"cpu", toJson(statistics.cpu)},       {"cpuset", toJson(statistics.cpuset)},
              {"memory", toJson(statistics.memory)}, {"pids", toJson(statistics.pids)},
              {"blkio", toJson(statistics.blockIo)}, {"hugetlb", toJson(statistics.hugepages)},
              {"intel_rdt", json::object()},         {"network_interfaces", nullptr}};
    if (!statistics.rdma.empty())
        data["rdma"] = toJson(statistics.rdma);
    return eventLine("stats", id, data);
}

std::string oomEvent(const std::string& id)
{
    return eventLine("oom", id, nullptr);
}

} // namespace lamella::runtime::cli
