// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/counters.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/layout.h"

#include <array>
#include <charconv>

namespace lamella::cgroup {

namespace {

constexpr std::array<std::string_view, 9> kCpusetFlags{
    "cpu_exclusive",      "mem_hardwall",    "mem_exclusive",      "memory_migrate",          "memory_spread_page",
    "memory_spread_slab", "memory_pressure", "sched_load_balance", "sched_relax_domain_level"};

CounterFiles filesOf(const Trees& trees, std::string_view controller, const std::string& path)
{
    const auto* tree = trees.tree(controller);
    return tree ? CounterFiles{tree->root.borrow(), path} : CounterFiles{};
}

CpuStatistics readCpu(const CounterFiles& accounting, const CounterFiles& cpu)
{
    CpuStatistics statistics;
    statistics.totalNsec = accounting.number("cpuacct.usage");
    statistics.userNsec = accounting.number("cpuacct.usage_user");
    statistics.kernelNsec = accounting.number("cpuacct.usage_sys");
    statistics.perCpuNsec = numbersOf(accounting.text("cpuacct.usage_percpu"));
    statistics.perCpuUserNsec = numbersOf(accounting.text("cpuacct.usage_percpu_user"));
    statistics.perCpuKernelNsec = numbersOf(accounting.text("cpuacct.usage_percpu_sys"));
    const std::string throttling = cpu.text("cpu.stat");
    statistics.periods = keyedNumber(throttling, "nr_periods");
    statistics.throttledPeriods = keyedNumber(throttling, "nr_throttled");
    statistics.throttledNsec = keyedNumber(throttling, "throttled_time");
    return statistics;
}

CpusetStatistics readCpuset(const CounterFiles& files)
{
    CpusetStatistics statistics;
    statistics.cpus = numbersOfList(files.text("cpuset.cpus"));
    statistics.mems = numbersOfList(files.text("cpuset.mems"));
    for (const auto flag : kCpusetFlags) {
        const std::string text = files.text(compose("cpuset.{}", flag));
        std::int64_t value = 0; // one of them is -1 normally
        std::from_chars(text.data(), text.data() + text.size(), value);
        statistics.flags.emplace(flag, value);
    }
    return statistics;
}

MemoryCounter readCounter(const CounterFiles& files, std::string_view name)
{
    return {.usageBytes = files.number(compose("{}.usage_in_bytes", name)),
            .peakBytes = files.number(compose("{}.max_usage_in_bytes", name)),
            .limitBytes = files.number(compose("{}.limit_in_bytes", name)),
            .failures = files.number(compose("{}.failcnt", name))};
}

MemoryStatistics readMemory(const CounterFiles& files)
{
    MemoryStatistics statistics;
    statistics.usage = readCounter(files, "memory");
    statistics.swap = readCounter(files, "memory.memsw");
    statistics.kernel = readCounter(files, "memory.kmem");
    statistics.kernelTcp = readCounter(files, "memory.kmem.tcp");
    statistics.raw = keyedNumbers(files.text("memory.stat"));
    if (const auto cache = statistics.raw.find("cache"); cache != statistics.raw.end())
        statistics.cacheBytes = cache->second;
    statistics.events.emplace("oom_kill", keyedNumber(files.text("memory.oom_control"), "oom_kill"));
    return statistics;
}

/// Lines of "8:0 Read 4096", or of "8:0 4096" where operations are not told apart; the sum is no device's.
std::vector<BlockIoEntry> entriesOf(std::string_view text)
{
    std::vector<BlockIoEntry> entries;
    for (const auto line : linesOf(text)) {
        const auto words = wordsOf(line);
        BlockIoEntry entry;
        if (words.size() < 2 || !readDevice(words.front(), entry))
            continue;
        if (words.size() > 2)
            entry.operation = words[1];
        entry.value = numbersOf(words.back()).front();
        entries.push_back(std::move(entry));
    }
    return entries;
}

/// The scheduler bfq counts what it hands out; the throttle counts everything. (cgroup-v1/blkio-controller.rst)
BlockIoStatistics readBlockIo(const CounterFiles& files)
{
    const auto bfq
        = [&](std::string_view name) { return entriesOf(files.text(compose("blkio.bfq.{}_recursive", name))); };
    const auto throttle
        = [&](std::string_view name) { return entriesOf(files.text(compose("blkio.throttle.{}_recursive", name))); };
    BlockIoStatistics statistics;
    statistics.serviced = bfq("io_serviced");
    if (statistics.serviced.empty()) {
        statistics.serviced = throttle("io_serviced");
        statistics.serviceBytes = throttle("io_service_bytes");
        return statistics;
    }
    statistics.serviceBytes = bfq("io_service_bytes");
    statistics.queued = bfq("io_queued");
    statistics.serviceTimeNsec = bfq("io_service_time");
    statistics.waitTimeNsec = bfq("io_wait_time");
    statistics.merged = bfq("io_merged");
    statistics.time = bfq("time");
    statistics.sectors = bfq("sectors");
    return statistics;
}

std::map<std::string, HugepageStatistics> readHugepages(const CounterFiles& files)
{
    std::map<std::string, HugepageStatistics> all;
    for (const auto& size : hugepageSizes()) {
        const std::string name = compose("hugetlb.{}", size);
        if (!files.text(name + ".usage_in_bytes").empty())
            all.emplace(size,
                        HugepageStatistics{.usageBytes = files.number(name + ".usage_in_bytes"),
                                           .peakBytes = files.number(name + ".max_usage_in_bytes"),
                                           .failures = files.number(name + ".failcnt")});
    }
    return all;
}

PidsStatistics readPids(const CounterFiles& files)
{
    const std::string limit = files.text("pids.max");
    return {.current = files.number("pids.current"), .limit = limit.starts_with("max") ? 0 : files.number("pids.max")};
}

} // namespace

Statistics readV1(const Trees& trees, const std::string& path)
{
    const auto files = [&](std::string_view controller) { return filesOf(trees, controller, path); };
    Statistics statistics;
    statistics.cpu = readCpu(files("cpuacct"), files("cpu"));
    statistics.cpuset = readCpuset(files("cpuset"));
    statistics.memory = readMemory(files("memory"));
    statistics.pids = readPids(files("pids"));
    statistics.blockIo = readBlockIo(files("blkio"));
    statistics.hugepages = readHugepages(files("hugetlb"));
    statistics.rdma = rdmaOf(files("rdma").text("rdma.current"));
    return statistics;
}

} // namespace lamella::cgroup
