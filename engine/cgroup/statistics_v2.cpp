// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/counters.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/layout.h"

#include <limits>

namespace lamella::cgroup {

namespace {

constexpr std::uint64_t kNsecPerUsec = 1000;
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

CpuStatistics cpuOf(const CounterFiles& files)
{
    const std::string text = files.text("cpu.stat");
    CpuStatistics statistics;
    statistics.totalNsec = keyedNumber(text, "usage_usec") * kNsecPerUsec;
    statistics.userNsec = keyedNumber(text, "user_usec") * kNsecPerUsec;
    statistics.kernelNsec = keyedNumber(text, "system_usec") * kNsecPerUsec;
    statistics.periods = keyedNumber(text, "nr_periods");
    statistics.throttledPeriods = keyedNumber(text, "nr_throttled");
    statistics.throttledNsec = keyedNumber(text, "throttled_usec") * kNsecPerUsec;
    statistics.pressure = files.pressure("cpu.pressure");
    return statistics;
}

/// v2 counts swap alone; memory and swap together is what is asked for.
MemoryCounter swapOf(const CounterFiles& files, const MemoryCounter& memory)
{
    MemoryCounter swap{.usageBytes = files.number("memory.swap.current") + memory.usageBytes,
                       .peakBytes = files.number("memory.swap.peak"),
                       .limitBytes = files.number("memory.swap.max"),
                       .failures = keyedNumber(files.text("memory.swap.events"), "fail")};
    const bool limited = swap.limitBytes != kUnlimited && memory.limitBytes != kUnlimited;
    swap.limitBytes = limited ? swap.limitBytes + memory.limitBytes : kUnlimited;
    return swap;
}

MemoryStatistics memoryOf(const CounterFiles& files)
{
    MemoryStatistics statistics;
    statistics.raw = keyedNumbers(files.text("memory.stat"));
    statistics.events = keyedNumbers(files.text("memory.events"));
    if (const auto file = statistics.raw.find("file"); file != statistics.raw.end())
        statistics.cacheBytes = file->second;
    if (const auto kernel = statistics.raw.find("kernel"); kernel != statistics.raw.end())
        statistics.kernel.usageBytes = kernel->second;
    statistics.usage = {.usageBytes = files.number("memory.current"),
                        .peakBytes = files.number("memory.peak"),
                        .limitBytes = files.number("memory.max"),
                        .failures = keyedNumber(files.text("memory.events"), "max")};
    statistics.swap = swapOf(files, statistics.usage);
    statistics.pressure = files.pressure("memory.pressure");
    return statistics;
}

/// Lines of "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6".
BlockIoStatistics blockIoOf(const CounterFiles& files)
{
    BlockIoStatistics statistics;
    const std::string text = files.text("io.stat");
    for (const auto line : linesOf(text)) {
        const auto words = wordsOf(line);
        BlockIoEntry entry;
        if (words.size() < 2 || !readDevice(words.front(), entry))
            continue;
        const auto add = [&](std::vector<BlockIoEntry>& into, const char* operation, std::string_view name) {
            entry.operation = operation;
            entry.value = assignedNumber(words, name);
            into.push_back(entry);
        };
        add(statistics.serviceBytes, "Read", "rbytes");
        add(statistics.serviceBytes, "Write", "wbytes");
        add(statistics.serviced, "Read", "rios");
        add(statistics.serviced, "Write", "wios");
    }
    statistics.pressure = files.pressure("io.pressure");
    return statistics;
}

std::map<std::string, HugepageStatistics> hugepagesOf(const CounterFiles& files)
{
    std::map<std::string, HugepageStatistics> all;
    for (const auto& size : hugepageSizes()) {
        const std::string name = compose("hugetlb.{}", size);
        if (!files.text(name + ".current").empty())
            all.emplace(size,
                        HugepageStatistics{.usageBytes = files.number(name + ".current"),
                                           .failures = keyedNumber(files.text(name + ".events"), "max")});
    }
    return all;
}

} // namespace

Statistics readV2(const Trees& trees, const std::string& path)
{
    const CounterFiles files{trees.unified.borrow(), path};
    Statistics statistics;
    statistics.cpu = cpuOf(files);
    statistics.cpuset.cpus = numbersOfList(files.text("cpuset.cpus"));
    statistics.cpuset.mems = numbersOfList(files.text("cpuset.mems"));
    statistics.memory = memoryOf(files);
    const std::uint64_t pids = files.number("pids.max");
    statistics.pids = {.current = files.number("pids.current"), .limit = pids == kUnlimited ? 0 : pids};
    statistics.blockIo = blockIoOf(files);
    statistics.hugepages = hugepagesOf(files);
    statistics.rdma = rdmaOf(files.text("rdma.current"));
    return statistics;
}

} // namespace lamella::cgroup
