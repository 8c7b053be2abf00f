// SPDX-License-Identifier: GPL-3.0-or-later
// PID 1 of the virtual machine of tst_cgroup_v2: tries the v2 driver on a kernel that has nothing else.
#include "cgroup_v2_guest.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <functional>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

using namespace lamella;
using namespace lamella::test;
using cgroup::Cgroup;

namespace {

Result<void> machineIsV2(Cgroup&)
{
    EXPECT(TRY(cgroup::detectMode()) == cgroup::Mode::V2);
    return {};
}

Result<void> controllersAreEnabled(Cgroup& group)
{
    for (const char* file : {"cpu.max", "cpu.weight", "memory.max", "pids.max", "cpuset.cpus", "io.stat"})
        EXPECT(::access(std::format("/sys/fs/cgroup/test/c/{}", file).c_str(), F_OK) == 0);
    TRY(group.apply({.memoryLimit = 64_MiB,
                     .memoryReservation = 32_MiB,
                     .memorySwap = 96 << 20,
                     .cpuShares = 4096,
                     .cpuQuotaUsec = 50'000,
                     .cpuPeriodUsec = 100'000,
                     .cpusetCpus = "0",
                     .cpusetMems = "0",
                     .pidsMax = 50}));
    EXPECT(slurp("/sys/fs/cgroup/test/c/memory.max") == "67108864\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/memory.low") == "33554432\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/cpu.weight") == "303\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/cpu.max") == "50000 100000\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/cpuset.cpus") == "0\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/pids.max") == "50\n");
    TRY(group.apply({.memoryLimit = Bytes{0}, .cpuQuotaUsec = 0, .cpuPeriodUsec = {}, .pidsMax = -1}));
    EXPECT(slurp("/sys/fs/cgroup/test/c/memory.max") == "max\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/cpu.max") == "max 100000\n");
    EXPECT(slurp("/sys/fs/cgroup/test/c/pids.max") == "max\n");
    return {};
}

Result<void> namesARefusedLimit(Cgroup& group)
{
    const auto refused = group.apply({.cpuPeriodUsec = 5});
    EXPECT(!refused && refused.error().kind == ErrorKind::InvalidArgument);
    EXPECT(refused.error().message.contains("cpu.max") && refused.error().message.contains("max 5"));
    return {};
}

Result<void> secondOfTheSamePathIsRefused(Cgroup& group)
{
    const pid_t child = spawn(group, sleepForever);
    EXPECT_SOON(TRY(group.processes()) == std::vector<pid_t>{child});
    const auto second = cgroup::create("/test/c");
    EXPECT(!second && second.error().kind == ErrorKind::AlreadyExists);
    EXPECT(exitCode(spawn(group, [] { return 7; })) == 7);
    return {};
}

Result<void> killsWhatTakesTooMuchMemory(Cgroup& group)
{
    TRY(group.apply({.memoryLimit = 16_MiB, .memorySwap = 16 << 20}));
    EXPECT(exitCode(spawn(group, [] { return useMemory(4); })) == 0);
    EXPECT(TRY(group.usage()).oomKills == 0);
    EXPECT(exitCode(spawn(group, [] { return useMemory(48); })) == -SIGKILL);
    EXPECT(TRY(group.usage()).oomKills == 1);
    return {};
}

Result<void> limitsTheNumberOfProcesses(Cgroup& group)
{
    TRY(group.apply({.pidsMax = 4}));
    const auto forkUntilRefused = [] {
        for (int made = 0; made < 10; ++made) {
            const pid_t pid = ::fork();
            if (pid == 0)
                return sleepForever();
            if (pid < 0)
                return errno == EAGAIN ? made : 100;
        }
        return 101;
    };
    EXPECT(exitCode(spawn(group, forkUntilRefused)) == 3);
    EXPECT(TRY(group.usage()).pids == 3);
    return {};
}

Result<void> holdsBackWhatUsesTooMuchCpu(Cgroup& group)
{
    TRY(group.apply({.cpuQuotaUsec = 10'000, .cpuPeriodUsec = 100'000}));
    spawn(group, spinForever);
    EXPECT_SOON(TRY(group.usage()).throttledUsec > 0);
    EXPECT(TRY(group.usage()).cpuUsec > 0);
    return {};
}

Result<void> countsMemoryByKind(Cgroup& group)
{
    spawn(group, [] {
        useMemory(24);
        return sleepForever();
    });
    EXPECT_SOON(TRY(group.usage()).memoryAnon >= 24_MiB);
    const auto usage = TRY(group.usage());
    EXPECT(usage.memoryAnon < 32_MiB);
    EXPECT(usage.memory >= usage.memoryAnon);
    EXPECT(usage.memoryKernel.value > 0);
    return {};
}

Result<void> deniesDevices(Cgroup& group)
{
    EXPECT(openDevice(S_IFCHR, 1, 1) != EPERM); // nobody denies it to us
    EXPECT(exitCode(spawn(group, [] { return openDevice(S_IFCHR, 1, 3); })) == 0);
    EXPECT(exitCode(spawn(group, [] { return openDevice(S_IFCHR, 1, 9); })) == 0);
    EXPECT(exitCode(spawn(group, [] { return openDevice(S_IFCHR, 1, 1); })) == EPERM);
    EXPECT(exitCode(spawn(group, [] { return openDevice(S_IFCHR, 10, 229); })) == EPERM);
    EXPECT(exitCode(spawn(group, [] { return openDevice(S_IFBLK, 7, 0); })) == EPERM);
    return {};
}

Result<void> bornInside(Cgroup& group)
{
    EXPECT(group.cloneInto().has_value());
    clone_args request = {};
    request.flags = CLONE_INTO_CGROUP;
    request.exit_signal = SIGCHLD;
    request.cgroup = static_cast<std::uint64_t>(group.cloneInto()->get());
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &request, sizeof request));
    if (pid == 0)
        sleepForever();
    EXPECT(pid > 0);
    EXPECT(TRY(group.processes()) == std::vector<pid_t>{pid});
    EXPECT(slurp(std::format("/proc/{}/cgroup", pid).c_str()) == "0::/test/c\n");
    return {};
}

Result<void> joinsFromAUserNamespace(Cgroup& group)
{
    const auto descriptors = TRY(group.joinDescriptors());
    const pid_t pid = ::fork();
    if (pid == 0) {
        const bool joined = ::unshare(CLONE_NEWUSER) == 0 && ::write(descriptors[0].get(), "0", 1) == 1;
        if (!joined)
            ::_exit(1);
        sleepForever();
    }
    EXPECT_SOON(TRY(group.processes()) == std::vector<pid_t>{pid});
    return {};
}

Result<void> stopsAndGoesOn(Cgroup& group)
{
    spawn(group, spinForever);
    EXPECT_SOON(TRY(group.usage()).cpuUsec > 0);
    EXPECT(!TRY(group.frozen()));
    TRY(group.freeze(true));
    EXPECT(TRY(group.frozen()));
    const auto stopped = TRY(group.usage()).cpuUsec;
    ::usleep(200'000);
    EXPECT(TRY(group.usage()).cpuUsec == stopped);
    TRY(group.freeze(false));
    EXPECT(!TRY(group.frozen()));
    EXPECT_SOON(TRY(group.usage()).cpuUsec > stopped);
    return {};
}

Result<void> killsEveryProcessEvenWhenFrozen(Cgroup& group)
{
    TRY(group.apply({.pidsMax = 32}));
    spawn(group, [] {
        ::signal(SIGCHLD, SIG_IGN);
        while (true) {
            if (::fork() > 0)
                ::usleep(1000);
        }
        return 0;
    });
    EXPECT_SOON(TRY(group.processes()).size() > 5);
    TRY(group.freeze(true));
    TRY(group.killAll());
    EXPECT(TRY(group.processes()).empty());
    EXPECT(!TRY(group.frozen()));
    TRY(group.killAll());
    return {};
}

Result<void> removesChildrenOfTheContainer(Cgroup& group)
{
    // Processes only below: the kernel has no inner ones.
    EXPECT(::mkdir("/sys/fs/cgroup/test/c/inner", 0755) == 0);
    const auto inner = TRY(cgroup::open("/test/c/inner"));
    const pid_t child = spawn(*inner, sleepForever);
    EXPECT_SOON(TRY(group.processes()) == std::vector<pid_t>{child});
    const auto busy = group.remove();
    EXPECT(!busy && busy.error().kind == ErrorKind::Busy);
    TRY(group.killAll());
    TRY(group.remove());
    EXPECT(::access("/sys/fs/cgroup/test/c", F_OK) != 0);
    TRY(group.remove());
    TRY(group.killAll());
    const auto gone = group.usage();
    EXPECT(!gone && gone.error().kind == ErrorKind::NotFound);
    return {};
}

Result<void> parentWithProcessesIsExplained(Cgroup&)
{
    EXPECT(::mkdir("/sys/fs/cgroup/full", 0755) == 0);
    const auto full = TRY(cgroup::open("/full"));
    const pid_t child = spawn(*full, sleepForever);
    EXPECT_SOON(TRY(full->processes()) == std::vector<pid_t>{child});
    const auto made = cgroup::create("/full/below/c");
    EXPECT(!made && made.error().kind == ErrorKind::Busy);
    EXPECT(made.error().message.contains("/full") && made.error().message.contains("Delegate"));
    EXPECT(::access("/sys/fs/cgroup/full/below", F_OK) != 0); // nothing is left
    TRY(full->killAll());
    TRY(full->remove());
    return {};
}

Result<void> writeFile(const std::string& path, std::string_view text)
{
    const UniqueFd file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!file || ::write(file.get(), text.data(), text.size()) < 0)
        return systemFailure("cannot write " + path);
    return {};
}

// The tree as a manager keeps it: it has enabled less than there is, and marks the service that it has handed over.
Result<void> dividesOnlyWhatIsDelegated()
{
    const std::string root = "/sys/fs/cgroup";
    TRY(writeFile(root + "/cgroup.subtree_control", "+memory +pids"));
    EXPECT(::mkdir((root + "/slice").c_str(), 0755) == 0);
    TRY(writeFile(root + "/slice/cgroup.subtree_control", "+memory"));
    EXPECT(::mkdir((root + "/slice/service").c_str(), 0755) == 0);
    EXPECT(::setxattr((root + "/slice/service").c_str(), "trusted.delegate", "1", 1, 0) == 0);

    const auto made = TRY(cgroup::create("/slice/service/ours/c"));
    EXPECT_EQUAL(slurp(root + "/cgroup.subtree_control"), "memory pids\n");
    EXPECT_EQUAL(slurp(root + "/slice/cgroup.subtree_control"), "memory\n");
    EXPECT_EQUAL(slurp(root + "/slice/service/cgroup.subtree_control"), "memory\n");
    EXPECT_EQUAL(slurp(root + "/slice/service/ours/cgroup.subtree_control"), "memory\n");
    TRY(made->apply({.memoryLimit = 64_MiB}));
    EXPECT_EQUAL(slurp(root + "/slice/service/ours/c/memory.max"), "67108864\n");
    TRY(made->remove());
    return {};
}

constexpr Check kChecks[] = {
    {"machineIsV2", machineIsV2},
    {"controllersAreEnabled", controllersAreEnabled},
    {"namesARefusedLimit", namesARefusedLimit},
    {"secondOfTheSamePathIsRefused", secondOfTheSamePathIsRefused},
    {"killsWhatTakesTooMuchMemory", killsWhatTakesTooMuchMemory},
    {"limitsTheNumberOfProcesses", limitsTheNumberOfProcesses},
    {"holdsBackWhatUsesTooMuchCpu", holdsBackWhatUsesTooMuchCpu},
    {"countsMemoryByKind", countsMemoryByKind},
    {"deniesDevices", deniesDevices},
    {"bornInside", bornInside},
    {"joinsFromAUserNamespace", joinsFromAUserNamespace},
    {"stopsAndGoesOn", stopsAndGoesOn},
    {"killsEveryProcessEvenWhenFrozen", killsEveryProcessEvenWhenFrozen},
    {"removesChildrenOfTheContainer", removesChildrenOfTheContainer},
    {"parentWithProcessesIsExplained", parentWithProcessesIsExplained},
};

Result<void> runCheck(const Check& check)
{
    const auto group = TRY(cgroup::create("/test/c"));
    auto result = check.run(*group);
    if (::access("/sys/fs/cgroup/test/c", F_OK) == 0) {
        auto killed = group->killAll();
        while (::waitpid(-1, nullptr, WNOHANG) > 0) { }
        auto removed = group->remove();
        if (result && !killed)
            result = std::move(killed);
        else if (result && !removed)
            result = std::move(removed);
    }
    return result;
}

} // namespace

int main()
{
    tell("mountsItsFileSystems", mountBasics());
    tell("dividesOnlyWhatIsDelegated", dividesOnlyWhatIsDelegated());
    for (const auto& check : kChecks)
        tell(check.name, runCheck(check));
    for (const auto& check : limitChecks())
        tell(check.name, runCheck(check));
    switchOff();
}
