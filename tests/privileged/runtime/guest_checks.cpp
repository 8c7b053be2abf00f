// SPDX-License-Identifier: GPL-3.0-or-later
// What lamella-runtime does on a kernel that has cgroup v2 only.
#include "default_spec.h"
#include "engine/cgroup/cgroup.h"
#include "engine/os/file.h"
#include "guest_bundle.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace lamella::test {

namespace {

Result<void> confinesAProgram()
{
    GuestBundle bundle = TRY(GuestBundle::make("confined"));
    bundle.spec.linux.resources.memory.limit = 64 << 20;
    bundle.spec.linux.resources.cpu.quota = 80'000;
    bundle.spec.linux.resources.cpu.period = 100'000;
    bundle.spec.linux.resources.pidsLimit = 50;
    const Outcome outcome = TRY(bundle.run(R"(
        cat /proc/self/cgroup; id -u; hostname; tr -s ' ' </proc/self/uid_map
        grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status
        wc -c </proc/keys; ls /sys/firmware
        (echo x >/proc/sysrq-trigger) 2>&1
        cd /sys/fs/cgroup; cat memory.max cpu.max pids.max; read -r pid <cgroup.procs; echo $pid; stat -c %u:%g .
        (echo max >memory.max) 2>&1; mkdir inner 2>&1
        stat -c %u:%g:%t:%T /dev/null; cat /etc/hidden; exit 7
    )"));
    EXPECT_EQUAL(outcome.out,
                 "0::/\n0\nbox\n 0 100000 65536\nNoNewPrivs:\t1\nSeccomp:\t2\n0\n"
                 "/bin/sh: can't create /proc/sysrq-trigger: Read-only file system\n"
                 "67108864\n80000 100000\n50\n1\n65534:65534\n"
                 "/bin/sh: can't create memory.max: Read-only file system\n"
                 "mkdir: can't create directory 'inner': Read-only file system\n"
                 "0:0:1:3\nthe upper one\n");
    EXPECT(outcome.status == 7);
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

Result<void> keepsChangesInUpper()
{
    GuestBundle bundle = TRY(GuestBundle::make("changes"));
    const Outcome outcome = TRY(bundle.run("echo new >/etc/new && rm /etc/gone /etc/hidden && echo more >>/etc/passwd"
                                           " && mkdir /made && mv /etc/new /made/moved && stat -c %u /etc/passwd"));
    EXPECT_EQUAL(outcome.out, "0\n");
    EXPECT(outcome.status == 0);
    struct stat info{};
    for (const char* file : {"/made/moved", "/etc/passwd"}) {
        EXPECT(::lstat((bundle.upper() + file).c_str(), &info) == 0);
        EXPECT(S_ISREG(info.st_mode) && info.st_uid == kFirstId && info.st_gid == kFirstId);
    }
    for (const char* file : {"/etc/gone", "/etc/hidden"}) {
        EXPECT(::lstat((bundle.upper() + file).c_str(), &info) == 0);
        EXPECT(S_ISCHR(info.st_mode) && info.st_rdev == makedev(0, 0));
    }
    EXPECT(::lstat("/data/layers/base/etc/gone", &info) == 0 && info.st_uid == 0);
    EXPECT_EQUAL(slurp("/data/layers/base/etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    const Outcome again = TRY(bundle.run("cat /made/moved; ls /etc"));
    EXPECT_EQUAL(again.out, "new\npasswd\n");
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

Result<void> worksWithoutUserNamespace()
{
    GuestBundle bundle = TRY(GuestBundle::make("plain"));
    bundle.leaveUserNamespace();
    const Outcome outcome = TRY(bundle.run("id -u; cat /proc/self/cgroup; echo x >/new; stat -c %u /new /etc/passwd"));
    EXPECT_EQUAL(outcome.out, "0\n0::/\n0\n0\n");
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

/// loop0 is the disk under everything here: only the cgroup's filter stands before it.
Result<void> deniesDevices()
{
    GuestBundle bundle = TRY(GuestBundle::make("devices"));
    bundle.leaveUserNamespace();
    const Outcome outcome = TRY(bundle.run("cd /tmp; mknod loop b 7 0 && dd if=loop count=1 2>&1 | grep loop;"
                                           "mknod null c 1 3 && echo x >null && echo written"));
    EXPECT_EQUAL(outcome.out, "dd: can't open 'loop': Operation not permitted\nwritten\n");
    return {};
}

Result<void> killsWhatTakesTooMuchMemory()
{
    GuestBundle bundle = TRY(GuestBundle::make("hog"));
    bundle.spec.linux.resources.memory.limit = 24 << 20;
    bundle.spec.linux.resources.memory.swap = 24 << 20;
    const Outcome small = TRY(bundle.run("exec payload memory 4"));
    EXPECT_EQUAL(small.out, "touched\n");
    const Outcome big = TRY(bundle.run("exec payload memory 100"));
    EXPECT_EQUAL(big.out, "");
    EXPECT(big.status == 137);
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

Result<void> limitsProcesses()
{
    GuestBundle bundle = TRY(GuestBundle::make("forks"));
    bundle.spec.linux.resources.pidsLimit = 10;
    EXPECT_EQUAL(TRY(bundle.run("exec payload forks 20")).out, "made 9\n");
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

/// With the host's network it is the host that mounts sysfs for a user namespace.
Result<void> takesBindsSettingsAndANetwork()
{
    GuestBundle bundle = TRY(GuestBundle::make("settings"));
    std::erase_if(bundle.spec.linux.namespaces,
                  [](const oci::Namespace& space) { return space.type == oci::NamespaceType::Network; });
    bundle.spec.mounts.push_back({"/mnt/layers", "bind", "/data/layers", {"rbind", "ro"}});
    bundle.spec.mounts.push_back({"/mnt/file", "bind", "/data/layers/top/etc/hidden", {"bind"}});
    bundle.spec.linux.sysctl["kernel.shm_rmid_forced"] = "1";
    bundle.spec.rootReadonly = true;
    const Outcome outcome
        = TRY(bundle.run("cat /proc/sys/kernel/shm_rmid_forced /mnt/file; ls /mnt/layers /sys/class/net;"
                         "(echo >/mnt/layers/x) 2>&1; (echo >/new) 2>&1; echo ok >/dev/shm/x"));
    EXPECT_EQUAL(outcome.out,
                 "1\nthe upper one\n/mnt/layers:\nbase\ntop\n\n/sys/class/net:\nlo\n"
                 "/bin/sh: can't create /mnt/layers/x: Read-only file system\n"
                 "/bin/sh: can't create /new: Read-only file system\n");
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

Result<void> givesATerminal()
{
    GuestBundle bundle = TRY(GuestBundle::make("terminal"));
    bundle.spec.process.terminal = true;
    bundle.spec.process.consoleSize = oci::ConsoleSize{20, 60};
    EXPECT_EQUAL(TRY(bundle.run("payload tty")).out, "20 rows 60 columns 111\n");
    return {};
}

Result<void> entersARunningContainer()
{
    GuestBundle bundle = TRY(GuestBundle::make("entered"));
    bundle.spec.linux.resources.memory.limit = 64 << 20;
    // It begins on a processor that is none of the cgroup's.
    bundle.spec.linux.resources.cpu.cpus = "1";
    bundle.spec.process.execCpuAffinity = {"0", "1"};
    TRY(bundle.runDetached("echo here >/file; sleep 1000"));
    EXPECT_SOON(bundle.exec("cat /file").out == "here\n");
    const Outcome outcome = bundle.exec("cat /proc/self/cgroup; id -u; grep Seccomp: /proc/self/status;"
                                        "tr -s ' ' </proc/self/uid_map; cat /sys/fs/cgroup/memory.max; exit 9");
    EXPECT_EQUAL(outcome.out, "0::/\n0\nSeccomp:\t2\n 0 100000 65536\n67108864\n");
    EXPECT(outcome.status == 9);
    EXPECT_EQUAL(bundle.exec("grep Cpus_allowed_list /proc/self/status").out, "Cpus_allowed_list:\t1\n");
    EXPECT(bundle.exec("kill -9 $$").status == 137);
    EXPECT(bundle.runtime({"exec", "entered", "nosuch"})
               .out.contains("cannot run nosuch: executable file not found in $PATH"));
    EXPECT(bundle.runtime({"delete", "entered"}).out.contains("that is not stopped: running"));
    EXPECT_EQUAL(bundle.runtime({"delete", "--force", "entered"}).out, "");
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

/// A cgroup that hands controllers to its children takes no processes (cgroup-v2.rst, "No Internal Process
/// Constraint"): what is run inside goes where PID 1 has gone, as long as that is the container's.
Result<void> entersWhatHasDividedItsCgroup()
{
    GuestBundle bundle = TRY(GuestBundle::make("divided"));
    TRY(bundle.runDetached("echo here >/file; exec sleep 1000"));
    EXPECT_SOON(bundle.exec("cat /file").out == "here\n");
    const std::string cgroup = "/sys/fs/cgroup" + bundle.cgroup();
    const std::string pid = bundle.cgroupFile("cgroup.procs");
    EXPECT(::mkdir((cgroup + "/inner").c_str(), 0755) == 0);
    TRY(os::writeControl(cgroup + "/inner/cgroup.procs", pid));
    TRY(os::writeControl(cgroup + "/cgroup.subtree_control", "+memory"));
    EXPECT_EQUAL(bundle.exec("cat /proc/self/cgroup").out, "0::/inner\n");
    EXPECT(::mkdir("/sys/fs/cgroup/outside", 0755) == 0);
    TRY(os::writeControl("/sys/fs/cgroup/outside/cgroup.procs", pid));
    const Outcome outside = bundle.exec("true");
    EXPECT(outside.status == 255 && outside.out.contains("not below"));
    EXPECT_EQUAL(bundle.runtime({"delete", "--force", "divided"}).out, "");
    EXPECT_EQUAL(bundle.leftovers(), "");
    EXPECT(::rmdir("/sys/fs/cgroup/outside") == 0);
    return {};
}

Result<void> isSeenByTheHost()
{
    const std::string mounts = slurp("/proc/self/mountinfo");
    GuestBundle bundle = TRY(GuestBundle::make("watched"));
    bundle.spec.linux.resources.memory.limit = 64 << 20;
    bundle.spec.linux.resources.memory.reservation = 32 << 20;
    bundle.spec.linux.resources.cpu.shares = 2048;
    bundle.spec.linux.resources.cpu.cpus = "0";
    bundle.spec.linux.resources.pidsLimit = 33;
    TRY(bundle.runDetached("while :; do :; done"));
    // What the kernel made the layers' owners with is nowhere to be seen.
    EXPECT_EQUAL(slurp("/proc/self/mountinfo"), mounts);
    EXPECT_EQUAL(bundle.cgroupFile("memory.max"), "67108864\n");
    EXPECT_EQUAL(bundle.cgroupFile("memory.low"), "33554432\n");
    EXPECT(bundle.cgroupFile("cpu.weight") != "100\n");
    EXPECT_EQUAL(bundle.cgroupFile("cpuset.cpus"), "0\n");
    EXPECT_EQUAL(bundle.cgroupFile("pids.max"), "33\n");
    const auto group = TRY(cgroup::open(bundle.cgroup()));
    EXPECT_SOON(TRY(group->usage()).cpuUsec > 0);
    EXPECT(TRY(group->usage()).memory.value > 0 && TRY(group->usage()).pids == 1);
    TRY(group->freeze(true));
    EXPECT(TRY(group->frozen()));
    const auto stopped = TRY(group->usage()).cpuUsec;
    ::usleep(200'000);
    EXPECT(TRY(group->usage()).cpuUsec == stopped);
    // Frozen, it still dies.
    EXPECT_EQUAL(bundle.runtime({"kill", "--all", "watched", "KILL"}).out, "");
    EXPECT(TRY(group->processes()).empty());
    EXPECT_SOON(bundle.runtime({"state", "watched"}).out.contains("stopped"));
    EXPECT_EQUAL(bundle.runtime({"delete", "watched"}).out, "");
    EXPECT_EQUAL(bundle.leftovers(), "");
    return {};
}

Result<void> leavesNothingOfAFailure()
{
    const std::string mounts = slurp("/proc/self/mountinfo");
    GuestBundle bundle = TRY(GuestBundle::make("failed"));
    bundle.spec.annotations[std::string{oci::kAnnotationLower}] = "/data/layers/top:/data/layers/nosuch";
    const Outcome missing = TRY(bundle.run("true"));
    EXPECT(missing.status == 1);
    EXPECT_EQUAL(missing.out,
                 "lamella-runtime: cannot mount the root file system: layer /data/layers/nosuch: "
                 "cannot open nosuch: No such file or directory\n");
    EXPECT_EQUAL(bundle.leftovers(), "");
    bundle.spec.annotations[std::string{oci::kAnnotationLower}] = "/data/layers/top";
    const Outcome empty = TRY(bundle.run("true"));
    EXPECT(empty.status == 1 && empty.out.contains("cannot run /bin/sh: no such file"));
    EXPECT_EQUAL(bundle.leftovers(), "");
    EXPECT_EQUAL(slurp("/proc/self/mountinfo"), mounts);
    return {};
}

} // namespace

std::vector<Check> runtimeChecks()
{
    return {{"confinesAProgram", confinesAProgram},
            {"keepsChangesInUpper", keepsChangesInUpper},
            {"worksWithoutUserNamespace", worksWithoutUserNamespace},
            {"deniesDevices", deniesDevices},
            {"killsWhatTakesTooMuchMemory", killsWhatTakesTooMuchMemory},
            {"limitsProcesses", limitsProcesses},
            {"takesBindsSettingsAndANetwork", takesBindsSettingsAndANetwork},
            {"givesATerminal", givesATerminal},
            {"entersARunningContainer", entersARunningContainer},
            {"entersWhatHasDividedItsCgroup", entersWhatHasDividedItsCgroup},
            {"isSeenByTheHost", isSeenByTheHost},
            {"leavesNothingOfAFailure", leavesNothingOfAFailure}};
}

} // namespace lamella::test
