// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup_v2_guest.h"
#include "engine/cgroup/oom_watch.h"
#include "engine/cgroup/statistics.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/loop.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace lamella::test {

namespace {

using cgroup::DeviceRule;
using cgroup::kEveryAccess;

std::string fileOf(const std::string& name)
{
    return slurp("/sys/fs/cgroup/test/c/" + name);
}

Result<void> setsLimitsOfTheCpu(Cgroup& group)
{
    TRY(group.apply({.cpuShares = 2, .cpuQuotaUsec = 50'000, .cpuPeriodUsec = 100'000, .cpuBurstUsec = 20'000}));
    EXPECT_EQUAL(fileOf("cpu.weight"), "1\n");
    EXPECT_EQUAL(fileOf("cpu.max.burst"), "20000\n");
    TRY(group.apply({.cpuQuotaUsec = 10'000, .cpuBurstUsec = 5'000})); // lowered: the burst first
    EXPECT_EQUAL(fileOf("cpu.max"), "10000 100000\n");
    EXPECT_EQUAL(fileOf("cpu.max.burst"), "5000\n");
    TRY(group.apply({.cpuQuotaUsec = 90'000, .cpuBurstUsec = 80'000})); // raised: the quota first
    EXPECT_EQUAL(fileOf("cpu.max.burst"), "80000\n");
    TRY(group.apply({.cpuShares = 512, .cpuIdle = true}));
    EXPECT_EQUAL(fileOf("cpu.idle"), "1\n");
    TRY(group.apply({.cpuShares = 1024, .cpuIdle = false}));
    EXPECT_EQUAL(fileOf("cpu.idle"), "0\n");
    EXPECT_EQUAL(fileOf("cpu.weight"), "100\n");
    return {};
}

Result<void> setsSwapBesideMemory(Cgroup& group)
{
    TRY(group.apply({.memoryLimit = 64_MiB, .memorySwap = 96 << 20}));
    EXPECT_EQUAL(fileOf("memory.swap.max"), "33554432\n");
    TRY(group.apply({.memoryLimit = Bytes{0}}));
    EXPECT_EQUAL(fileOf("memory.max"), "max\n");
    EXPECT_EQUAL(fileOf("memory.swap.max"), "max\n");
    spawn(group, [] {
        useMemory(16);
        return sleepForever();
    });
    EXPECT_SOON(TRY(group.usage()).memoryAnon >= 16_MiB);
    const auto refused = group.apply({.memoryLimit = 1_MiB, .memoryCheckFirst = true});
    EXPECT(!refused && refused.error().kind == ErrorKind::InvalidArgument);
    EXPECT_EQUAL(fileOf("memory.max"), "max\n");
    return {};
}

Result<void> refusesWhatV1AloneHas(Cgroup&)
{
    const auto made = cgroup::create("/test/d", {.memorySwappiness = 10});
    EXPECT(!made && made.error().kind == ErrorKind::Unsupported);
    EXPECT(made.error().message.contains("memory.swappiness"));
    EXPECT(::access("/sys/fs/cgroup/test/d", F_OK) != 0);
    return {};
}

/// A block device that nothing is behind.
Result<unsigned> loopDevice()
{
    TRY(loadModule("loop.ko.xz"));
    const UniqueFd control{::open("/dev/loop-control", O_RDWR | O_CLOEXEC)};
    const int number = control ? ::ioctl(control.get(), LOOP_CTL_GET_FREE) : -1;
    if (number < 0)
        return systemFailure("cannot make a loop device");
    return static_cast<unsigned>(number);
}

Result<void> throttlesABlockDevice(Cgroup& group)
{
    const auto number = static_cast<std::int64_t>(TRY(loopDevice()));
    constexpr std::int64_t kLoop = 7;
    TRY(group.apply({.blockIo = {.throttleReadBps = {{kLoop, number, 1 << 20}},
                                 .throttleWriteBps = {{kLoop, number, 2 << 20}},
                                 .throttleReadIops = {{kLoop, number, 30}},
                                 .throttleWriteIops = {{kLoop, number, 40}}}}));
    EXPECT_EQUAL(fileOf("io.max"), std::format("7:{} rbps=1048576 wbps=2097152 riops=30 wiops=40\n", number));
    TRY(group.apply({.blockIo = {.throttleReadBps = {{kLoop, number, 0}}}}));
    EXPECT_EQUAL(fileOf("io.max"), std::format("7:{} rbps=max wbps=2097152 riops=30 wiops=40\n", number));
    TRY(group.apply({.blockIo = {.weight = 500}}));
    EXPECT_EQUAL(fileOf("io.weight"), "default 4950\n");
    const auto refused = group.apply({.blockIo = {.throttleReadBps = {{4000, 1, 1}}}});
    EXPECT(!refused && refused.error().message.contains("4000:1 rbps=1"));
    return {};
}

Result<void> enablesWhatALimitNeeds(Cgroup&)
{
    EXPECT(fileOf("hugetlb.2MB.max").empty());
    const auto group
        = TRY(cgroup::create("/test/d", {.hugepageLimits = {{"2MB", 4 << 20}}, .unified = {{"misc.max", ""}}}));
    const std::string directory = "/sys/fs/cgroup/test/d/";
    EXPECT_EQUAL(slurp(directory + "hugetlb.2MB.max"), "4194304\n");
    EXPECT_EQUAL(slurp(directory + "hugetlb.2MB.rsvd.max"), "4194304\n");
    EXPECT(::access((directory + "misc.max").c_str(), F_OK) == 0);
    EXPECT(TRY(cgroup::readStatistics("/test/d")).hugepages.contains("2MB"));
    TRY(group->remove());
    const auto refused = cgroup::create("/test/d", {.hugepageLimits = {{"3MB", 0}}});
    EXPECT(!refused && refused.error().kind == ErrorKind::Unsupported);
    EXPECT(refused.error().message.contains("hugetlb.3MB.max"));
    EXPECT(::access("/sys/fs/cgroup/test/d", F_OK) != 0);
    return {};
}

Result<void> writesUnifiedFiles(Cgroup& group)
{
    TRY(group.apply({.memoryLimit = 64_MiB,
                     .unified = {{"memory.high", "33554432"}, {"memory.max", "67108864"}, {"cgroup.max.depth", "4"}}}));
    EXPECT_EQUAL(fileOf("memory.high"), "33554432\n");
    EXPECT_EQUAL(fileOf("cgroup.max.depth"), "4\n");
    const auto missing = group.apply({.unified = {{"memory.magic", "1"}}});
    EXPECT(!missing && missing.error().kind == ErrorKind::Unsupported);
    const auto refused = group.apply({.unified = {{"memory.high", "many"}}});
    EXPECT(!refused && refused.error().kind == ErrorKind::InvalidArgument);
    return {};
}

int openFuse()
{
    return openDevice(S_IFCHR, 10, 229);
}

/// The rules come with the cgroup: one that is there already gets new ones in the place of the old.
Result<void> takesDevicesByRules(Cgroup& group)
{
    struct Row {
        std::vector<DeviceRule> rules;
        bool allowed;
    };
    const Row rows[] = {
        {{}, false},
        {{{true, 'c', 10, 229, kEveryAccess}}, true},
        {{{true, 'c', 10, -1, kEveryAccess}, {false, 'c', 10, 229, kEveryAccess}}, false},
        {{{true, 'a', -1, -1, kEveryAccess}}, true},
        {{{true, 'a', -1, -1, kEveryAccess}, {false, 'c', 10, 229, cgroup::kWriteDevice}}, false},
        {{{false, 'a', -1, -1, kEveryAccess}}, false},
    };
    for (const Row& row : rows) {
        TRY(cgroup::create("/test/c", {.devices = row.rules}));
        EXPECT((exitCode(spawn(group, openFuse)) != EPERM) == row.allowed);
        EXPECT(exitCode(spawn(group, [] { return openDevice(S_IFCHR, 1, 3); })) == 0);
    }
    return {};
}

Result<void> takesWhatIsEmptyAndNotFrozen(Cgroup& group)
{
    TRY(group.freeze(true));
    const auto second = cgroup::create("/test/c");
    TRY(group.freeze(false));
    EXPECT(!second && second.error().kind == ErrorKind::WrongState);
    TRY(cgroup::create("/test/c", {.pidsMax = 7}));
    EXPECT_EQUAL(fileOf("pids.max"), "7\n");
    return {};
}

Result<void> countsEverything(Cgroup& group)
{
    TRY(group.apply({.memoryLimit = 64_MiB, .cpuQuotaUsec = 50'000, .cpuPeriodUsec = 100'000, .pidsMax = 9}));
    spawn(group, [] {
        useMemory(16);
        return spinForever();
    });
    const auto read = [] { return cgroup::readStatistics("/test/c"); };
    EXPECT_SOON(TRY(read()).cpu.throttledPeriods > 0);
    EXPECT_SOON(TRY(read()).memory.raw["anon"] >= 16u << 20); // it may be held back before it has its memory
    auto statistics = TRY(read());
    EXPECT(statistics.cpu.totalNsec >= statistics.cpu.userNsec && statistics.cpu.userNsec > 0);
    EXPECT(statistics.cpu.periods >= statistics.cpu.throttledPeriods && statistics.cpu.throttledNsec > 0);
    EXPECT(statistics.memory.usage.limitBytes == 64u << 20);
    EXPECT(statistics.memory.usage.usageBytes >= 16u << 20);
    EXPECT(statistics.memory.usage.peakBytes >= statistics.memory.usage.usageBytes);
    EXPECT(statistics.memory.raw["anon"] >= 16u << 20);
    EXPECT(statistics.memory.events.contains("oom_kill"));
    EXPECT(statistics.pids.current == 1 && statistics.pids.limit == 9);
    EXPECT(statistics.cpu.pressure && statistics.memory.pressure && statistics.blockIo.pressure);
    EXPECT(statistics.cpu.pressure->some.totalUsec > 0); // it was held back
    return {};
}

Result<void> tellsOfMemoryThatIsOut(Cgroup& group)
{
    TRY(group.apply({.memoryLimit = 16_MiB, .memorySwap = 16 << 20}));
    const pid_t child = spawn(group, sleepForever);
    EXPECT_SOON(TRY(group.processes()) == std::vector<pid_t>{child});
    auto watch = TRY(cgroup::OomWatch::start("/test/c"));
    EXPECT(exitCode(spawn(group, [] { return useMemory(48); })) == -SIGKILL);
    pollfd waiting{watch.descriptor().get(), POLLIN, 0};
    EXPECT(::poll(&waiting, 1, 5000) == 1);
    const auto news = TRY(watch.take());
    EXPECT(news.count == 1 && !news.ended);
    TRY(group.killAll());
    EXPECT(::poll(&waiting, 1, 5000) == 1);
    const auto last = TRY(watch.take());
    EXPECT(last.count == 0 && last.ended);
    TRY(group.remove());
    EXPECT(TRY(watch.take()).ended);
    return {};
}

} // namespace

std::vector<Check> limitChecks()
{
    return {
        {"setsLimitsOfTheCpu", setsLimitsOfTheCpu},
        {"setsSwapBesideMemory", setsSwapBesideMemory},
        {"refusesWhatV1AloneHas", refusesWhatV1AloneHas},
        {"throttlesABlockDevice", throttlesABlockDevice},
        {"enablesWhatALimitNeeds", enablesWhatALimitNeeds},
        {"writesUnifiedFiles", writesUnifiedFiles},
        {"takesDevicesByRules", takesDevicesByRules},
        {"takesWhatIsEmptyAndNotFrozen", takesWhatIsEmptyAndNotFrozen},
        {"countsEverything", countsEverything},
        {"tellsOfMemoryThatIsOut", tellsOfMemoryThatIsOut},
    };
}

} // namespace lamella::test
