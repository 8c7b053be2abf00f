// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/number_list.h"
#include "engine/oci/spec.h"
#include "engine/oci/validate_namespaces.h"

#include <nlohmann/json.hpp>

#include <QTest>

using namespace lamella;
using nlohmann::json;

class TestOciSpec : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrip();
    void reads();
    void refused_data();
    void refused();
    void accepted_data();
    void accepted();
    void pathsAreCleaned();
    void notJson_data();
    void notJson();
    void processAlone();
    void sysctlPaths_data();
    void sysctlPaths();
    void numberLists_data();
    void numberLists();
};

/// A document in which everything that we read is there.
static json full()
{
    return json::parse(R"({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": true, "consoleSize": {"height": 24, "width": 80},
            "user": {"uid": 1000, "gid": 1001, "umask": 23, "additionalGids": [5, 6]},
            "args": ["sh", "-c", "true"], "env": ["PATH=/bin", "EMPTY="], "cwd": "/work",
            "capabilities": {"bounding": ["CAP_CHOWN"], "effective": ["CAP_CHOWN"], "inheritable": [],
                             "permitted": ["CAP_CHOWN"], "ambient": []},
            "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 10, "hard": 18446744073709551615}],
            "noNewPrivileges": true, "oomScoreAdj": 100,
            "apparmorProfile": "box", "selinuxLabel": "system_u:system_r:container_t:s0",
            "scheduler": {"policy": "SCHED_DEADLINE", "nice": 0, "priority": 0, "runtime": 1000, "deadline": 2000,
                          "period": 3000, "flags": ["SCHED_FLAG_RECLAIM"]},
            "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 7},
            "execCPUAffinity": {"initial": "0-1,3", "final": "1"}
        },
        "root": {"path": "rootfs", "readonly": true},
        "hostname": "box", "domainname": "example.org",
        "hooks": {"prestart": [{"path": "/a", "args": ["a", "b"], "env": ["X=1"], "timeout": 5}],
                  "createRuntime": [{"path": "/b"}], "createContainer": [{"path": "/c"}],
                  "startContainer": [{"path": "/d"}], "poststart": [{"path": "/e"}], "poststop": [{"path": "/f"}]},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
                   {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
                   {"destination": "/mapped", "type": "bind", "source": "/srv", "options": ["rbind", "ridmap"],
                    "uidMappings": [{"containerID": 0, "hostID": 5, "size": 10}],
                    "gidMappings": [{"containerID": 0, "hostID": 6, "size": 10}]}],
        "annotations": {"a": "b"},
        "linux": {
            "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "user"}, {"type": "ipc"}, {"type": "uts"},
                           {"type": "network", "path": "/run/netns/x"}, {"type": "time"}],
            "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "cgroupsPath": "/lamella/x",
            "resources": {"memory": {"limit": 1048576, "swap": -1}, "cpu": {"shares": 512, "quota": 50000, "period": 100000,
                          "cpus": "0-1"}, "pids": {"limit": 100}, "devices": [{"allow": false, "type": "a", "access": "rwm"}]},
            "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"],
                        "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/run/x", "listenerMetadata": "m",
                        "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_NOTIFY"}, {"names": ["read"], "action": "SCMP_ACT_ALLOW",
                                      "args": [{"index": 1, "value": 2, "valueTwo": 3, "op": "SCMP_CMP_MASKED_EQ"}]}]},
            "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 432, "uid": 1, "gid": 2},
                        {"path": "/dev/pipe", "type": "p"}],
            "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"], "rootfsPropagation": "rslave",
            "sysctl": {"net.ipv4.ip_forward": "1", "user.max_net_namespaces": "5"}, "mountLabel": "l",
            "personality": {"domain": "LINUX32"}, "netDevices": {"eth0": {"name": "net0"}},
            "timeOffsets": {"monotonic": {"secs": -1, "nanosecs": 5}, "boottime": {"secs": 7, "nanosecs": 0}},
            "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}
        }
    })");
}

void TestOciSpec::roundTrip()
{
    const auto first = oci::parseSpec(full().dump());
    QVERIFY2(first.has_value(), first ? "" : first.error().message.c_str());
    const std::string text = oci::serializeSpec(*first);
    const auto second = oci::parseSpec(text);
    QVERIFY2(second.has_value(), second ? "" : second.error().message.c_str());
    QCOMPARE(oci::serializeSpec(*second), text);
    QCOMPARE(json::parse(text).dump(1), full().dump(1));
}

void TestOciSpec::reads()
{
    const auto spec = oci::parseSpec(full().dump());
    QVERIFY(spec.has_value());
    QCOMPARE(spec->process.user.uid, 1000u);
    QCOMPARE(spec->process.rlimits[0].hard, ~std::uint64_t{0});
    QCOMPARE(spec->linux.resources.memory.swap, std::optional<std::int64_t>{-1});
    QCOMPARE(spec->linux.seccomp->syscalls[1].args[0].valueTwo, 3u);
    QCOMPARE(spec->linux.namespaces[5].path, std::string{"/run/netns/x"});
}

void TestOciSpec::refused_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* name, const char* pointer, const char* value, const char* message) {
        QTest::newRow(name) << QByteArray{pointer} << QByteArray{value} << QByteArray{message};
    };
    row("version", "/ociVersion", "\"2.0.0\"", "ociVersion");
    row("no version", "/ociVersion", "null", "ociVersion");
    row("uid 2^31", "/process/user/uid", "2147483648", "process.user.uid");
    row("uid 2^32", "/process/user/uid", "4294967296", "process.user.uid");
    row("uid 2^32-1", "/process/user/uid", "4294967295", "process.user.uid");
    row("uid 2^64", "/process/user/uid", "18446744073709551616", "process.user.uid");
    row("uid negative", "/process/user/uid", "-1", "process.user.uid");
    row("uid float", "/process/user/uid", "0.0", "process.user.uid");
    row("uid string", "/process/user/uid", "\"0\"", "process.user.uid");
    row("gid 2^31", "/process/user/gid", "2147483648", "process.user.gid");
    row("supplementary gid", "/process/user/additionalGids/0", "4294967296", "additionalGids[0]");
    row("umask", "/process/user/umask", "512", "umask");
    row("no program", "/process/args", "[]", "process.args");
    row("empty program", "/process/args/0", "\"\"", "process.args");
    row("argument with NUL", "/process/args/1", "\"a\\u0000b\"", "process.args[1]");
    row("argument null", "/process/args/1", "null", "process.args[1]");
    row("argument a number", "/process/args/1", "7", "process.args[1]");
    row("environment without name", "/process/env/0", "\"=x\"", "process.env");
    row("environment without value", "/process/env/0", "\"PATH\"", "process.env");
    row("no directory", "/process/cwd", "null", "process.cwd is missing");
    row("relative directory", "/process/cwd", "\"work\"", "process.cwd");
    row("limit", "/process/rlimits/0/type", "\"RLIMIT_NONE\"", "RLIMIT_NONE");
    row("soft above hard", "/process/rlimits/0/hard", "1", "RLIMIT_NOFILE");
    row("oom score", "/process/oomScoreAdj", "1001", "oomScoreAdj");
    row("terminal a string", "/process/terminal", "\"yes\"", "process.terminal");
    row("no root", "/root", "null", "root.path");
    row("hostname without its namespace", "/linux/namespaces/4", "{\"type\":\"cgroup\"}", "hostname");
    row("over proc", "/mounts/1/destination", "\"/proc/sys\"", "/proc/sys");
    row("no destination", "/mounts/1/destination", "\"\"", "mounts[1].destination");
    row("over proc, unclean", "/mounts/1/destination", "\"proc/../proc//./sys/\"", "/proc/sys");
    row("tmpfs on proc", "/mounts/0/type", "\"tmpfs\"", "/proc");
    row("no type", "/mounts/1", R"({"destination":"/x","source":"/y","options":["ro"]})", "/x has no type");
    row("bind without source", "/mounts/1", R"({"destination":"/x","options":["bind"]})", "/x has no source");
    row("copied up proc", "/mounts/0/options", R"(["tmpcopyup"])", "tmpcopyup");
    row("mapped tmpfs", "/mounts/1/options", R"(["idmap"])", "no bind mount");
    row("one map of a mount", "/mounts/1",
        R"({"destination":"/x","type":"bind","source":"/","uidMappings":[{"containerID":0,"hostID":1,"size":1}]})",
        "both uidMappings and gidMappings");
    row("map of nothing", "/mounts/1/uidMappings", "[{}]", "mounts[1].uidMappings[0]");
    row("device without path", "/linux/devices", R"([{"type":"c","major":1,"minor":3}])", "linux.devices[0].path");
    row("device on the root", "/linux/devices", R"([{"path":"/","type":"c","major":1,"minor":3}])", "linux.devices");
    row("device without type", "/linux/devices", R"([{"path":"/dev/x","major":1,"minor":3}])", "/dev/x");
    row("device of no type", "/linux/devices", R"([{"path":"/dev/x","type":"d","major":1,"minor":3}])", "\"d\"");
    row("device without number", "/linux/devices", R"([{"path":"/dev/x","type":"c","minor":3}])", "devices[0].major");
    row("device of a large number", "/linux/devices", R"([{"path":"/dev/x","type":"b","major":4096,"minor":3}])",
        "devices[0].major");
    row("device of a negative number", "/linux/devices", R"([{"path":"/dev/x","type":"b","major":1,"minor":-1}])",
        "devices[0].minor");
    row("masked root", "/linux/maskedPaths/0", "\"/..\"", "root.readonly");
    row("read-only root path", "/linux/readonlyPaths/0", "\"/\"", "root.readonly");
    row("propagation", "/linux/rootfsPropagation", "\"rprivat\"", "rootfsPropagation");
    row("unknown option", "/mounts/1/options/0", "\"nosuidd\"", "nosuidd");
    row("unknown namespace", "/linux/namespaces/3/type", "\"tim\"", "namespaces[3].type");
    row("namespace twice", "/linux/namespaces/3/type", "\"pid\"", "twice");
    row("user namespace in the mounts of another", "/linux/namespaces/1/type", "\"cgroup\"", "mount namespace");
    row("user namespace in joined mounts", "/linux/namespaces/1/path", "\"/x\"", "mount namespace");
    row("relative namespace", "/linux/namespaces/5/path", "\"netns\"", "netns");
    row("no mapping", "/linux/uidMappings", "[]", "uidMappings");
    row("mapping of nothing", "/linux/uidMappings/0/size", "0", "uidMappings[0]");
    row("mapping wraps", "/linux/uidMappings/0/size", "4294967295", "uidMappings[0]");
    row("cgroup leaves its parent", "/linux/cgroupsPath", "\"/lamella/../../x\"", "cgroupsPath");
    row("sysctl of the machine", "/linux/sysctl", "{\"kernel.core_pattern\":\"|/x\"}", "kernel.core_pattern");
    row("sysctl with a path", "/linux/sysctl", "{\"net/../kernel\":\"1\"}", "net/../kernel");
    row("sysctl with dots between slashes", "/linux/sysctl", R"({"net/ipv4/../../kernel/panic":"1"})", "kernel/panic");
    row("sysctl with dots", "/linux/sysctl", "{\"net..ipv4\":\"1\"}", "net..ipv4");
    row("limits", "/linux/resources/blockIO", "{\"weight\":9}", "blockIO");
    row("seccomp action", "/linux/seccomp/defaultAction", "\"SCMP_ACT_MAYBE\"", "defaultAction");
    row("seccomp operator", "/linux/seccomp/syscalls/1/args/0/op", "\"==\"", "op");
    row("seccomp argument", "/linux/seccomp/syscalls/1/args/0/index", "6", "index");
    row("hook without a path", "/hooks/prestart/0/path", "null", "hooks.prestart[0].path");
    row("relative hook", "/hooks/poststop/0/path", "\"bin/x\"", "hooks.poststop[0].path");
    row("hook without time", "/hooks/createRuntime/0/timeout", "0", "createRuntime[0].timeout");
    row("hook with negative time", "/hooks/createContainer/0/timeout", "-1", "createContainer[0].timeout");
    row("hook with endless time", "/hooks/startContainer/0/timeout", "4294967296", "startContainer[0].timeout");
    row("hook's argument a number", "/hooks/poststart/0/args", "[1]", "poststart[0].args[0]");
    row("hooks a list", "/hooks", "[]", "hooks");
    row("place of hooks an object", "/hooks/prestart", "{}", "hooks.prestart");
    row("seccomp listener for all", "/linux/seccomp/defaultAction", "\"SCMP_ACT_NOTIFY\"", "defaultAction");
    row("seccomp listener for write", "/linux/seccomp/syscalls/0/names/0", "\"write\"", "syscalls[0].names");
    row("seccomp listener nowhere", "/linux/seccomp/listenerPath", "null", "listener");
    row("seccomp metadata for nobody", "/linux/seccomp", R"({"defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"m"})",
        "listenerMetadata");
    row("seccomp value of an action without", "/linux/seccomp/syscalls/0/errnoRet", "1", "syscalls[0].errnoRet");
    row("seccomp value of a default without", "/linux/seccomp/defaultAction", "\"SCMP_ACT_KILL\"", "defaultErrnoRet");
    row("seccomp value too large", "/linux/seccomp/defaultErrnoRet", "65536", "defaultErrnoRet");
    row("domainname without its namespace", "/linux/namespaces/4", "{\"type\":\"cgroup\"}", "name");
    row("long domainname", "/domainname", "\"12345678901234567890123456789012345678901234567890123456789012345\"",
        "domainname");
    row("scheduler policy", "/process/scheduler/policy", "\"SCHED_FAIR\"", "scheduler.policy");
    row("scheduler without policy", "/process/scheduler", "{}", "scheduler.policy");
    row("scheduler flag", "/process/scheduler/flags/0", "\"SCHED_FLAG_ALL\"", "scheduler.flags");
    row("nice", "/process/scheduler/nice", "20", "scheduler.nice");
    row("priority of no real time", "/process/scheduler/priority", "1", "scheduler.priority");
    row("deadline of another policy", "/process/scheduler/policy", "\"SCHED_BATCH\"", "SCHED_DEADLINE");
    row("real time without priority", "/process/scheduler", "{\"policy\":\"SCHED_FIFO\"}", "scheduler.priority");
    row("real time priority", "/process/scheduler", "{\"policy\":\"SCHED_RR\",\"priority\":100}", "scheduler.priority");
    row("io class", "/process/ioPriority/class", "\"IOPRIO_CLASS_NONE\"", "ioPriority.class");
    row("io priority", "/process/ioPriority/priority", "8", "ioPriority.priority");
    row("processors", "/process/execCPUAffinity/initial", "\"0-\"", "execCPUAffinity");
    row("processors backwards", "/process/execCPUAffinity/final", "\"3-1\"", "execCPUAffinity");
    row("processors without end", "/process/execCPUAffinity/final", "\"0-99999999\"", "execCPUAffinity");
    row("sysctl of a shared user namespace", "/linux/namespaces/2", "{\"type\":\"cgroup\"}", "user");
    row("personality", "/linux/personality/domain", "\"SOLARIS\"", "personality.domain");
    row("personality flags", "/linux/personality/flags", "[\"ADDR_NO_RANDOMIZE\"]", "personality.flags");
    row("clock", "/linux/timeOffsets/realtime", "{\"secs\":1}", "timeOffsets.realtime");
    row("nanoseconds", "/linux/timeOffsets/monotonic/nanosecs", "1000000000", "nanosecs");
    row("offsets of a joined time namespace", "/linux/namespaces/6/path", "\"/run/x\"", "timeOffsets");
    row("device name", "/linux/netDevices/eth0/name", "\"a/b\"", "a/b");
    row("device pattern", "/linux/netDevices/eth0/name", "\"net%d\"", "net%d");
    row("long device name", "/linux/netDevices/eth0/name", "\"0123456789abcdef\"", "0123456789abcdef");
    row("long device", "/linux/netDevices", R"({"0123456789abcdef":{}})", "0123456789abcdef");
    row("two devices with one name", "/linux/netDevices/eth1", "{\"name\":\"net0\"}", "net0");
    row("devices without their namespace", "/linux/namespaces/5", "{\"type\":\"cgroup\"}", "net");
    row("memory policy", "/linux/memoryPolicy/mode", "\"MPOL_ALL\"", "memoryPolicy.mode");
    row("memory policy flag", "/linux/memoryPolicy/flags/0", "\"MPOL_F_ALL\"", "memoryPolicy.flags");
    row("memory nodes", "/linux/memoryPolicy/nodes", "\"x\"", "memoryPolicy.nodes");
    row("resource control", "/linux/intelRdt", R"({"closID":"x"})", "intelRdt");
    row("list for an object", "/linux", "[]", "linux");
}

void TestOciSpec::refused()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, message);
    json document = full();
    document[json::json_pointer{pointer.toStdString()}] = json::parse(value.toStdString());
    const auto spec = oci::parseSpec(document.dump());
    QVERIFY(!spec);
    QVERIFY2(spec.error().message.contains(message.toStdString()), spec.error().message.c_str());
    QVERIFY(spec.error().kind == ErrorKind::InvalidArgument || spec.error().kind == ErrorKind::Unsupported);
}

void TestOciSpec::accepted_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("largest uid") << QByteArray{"/process/user/uid"} << QByteArray{"2147483647"};
    QTest::newRow("uid 0") << QByteArray{"/process/user/uid"} << QByteArray{"0"};
    QTest::newRow("unknown member") << QByteArray{"/process/novelty"} << QByteArray{"1"};
    QTest::newRow("file of lxcfs") << QByteArray{"/mounts/1"}
                                   << QByteArray{R"({"destination":"/proc/meminfo","type":"bind","source":"/x"})"};
    const auto row = [](const char* name, const char* pointer, const char* value) {
        QTest::newRow(name) << QByteArray{pointer} << QByteArray{value};
    };
    row("procfs elsewhere", "/mounts/0/destination", "\"/other\"");
    row("procfs of the machine", "/mounts/0",
        R"({"destination":"/proc","type":"bind","source":"/proc","options":["rbind"]})");
    row("over the root", "/mounts/1/destination", "\"/\"");
    row("a disk", "/mounts/1", R"({"destination":"/x","type":"ext4","source":"/dev/x","options":["errors=panic"]})");
    row("a change alone", "/mounts/1", R"({"destination":"/proc","options":["remount","ro"]})");
    row("empty option", "/mounts/1/options", R"(["nosuid", ""])");
    row("propagation alone", "/mounts/1", R"({"destination":"/x","type":"none","options":["rslave"]})");
    row("id map of the container", "/mounts/1", R"({"destination":"/x","source":"/y","options":["bind","ridmap"]})");
    row("fifo", "/linux/devices", R"([{"path":"/dev/x","type":"p"}])");
    row("largest device", "/linux/devices", R"([{"path":"/dev/x","type":"u","major":4095,"minor":1048575}])");
    for (const char* word : {"\"shared\"", "\"rshared\"", "\"unbindable\"", "\"runbindable\"", "\"private\"", "\"\""})
        row(word, "/linux/rootfsPropagation", word);
    QTest::newRow("empty hooks") << QByteArray{"/hooks"} << QByteArray{R"({"prestart":[]})"};
    QTest::newRow("capability of another kernel")
        << QByteArray{"/process/capabilities/bounding/0"} << QByteArray{"\"CAP_EVERYTHING\""};
    QTest::newRow("no process") << QByteArray{"/process"} << QByteArray{"null"};
    QTest::newRow("device that keeps its name") << QByteArray{"/linux/netDevices/eth0"} << QByteArray{"{}"};
    QTest::newRow("offset of nothing") << QByteArray{"/linux/timeOffsets/boottime"} << QByteArray{"{}"};
    QTest::newRow("sysctl with slashes") << QByteArray{"/linux/sysctl"}
                                         << QByteArray{R"({"net/ipv4/conf/eth0.1/forwarding":"1"})"};
    QTest::newRow("no resources") << QByteArray{"/linux/resources"} << QByteArray{"null"};
}

void TestOciSpec::accepted()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    json document = full();
    document[json::json_pointer{pointer.toStdString()}] = json::parse(value.toStdString());
    const auto spec = oci::parseSpec(document.dump());
    QVERIFY2(spec.has_value(), spec ? "" : spec.error().message.c_str());
}

void TestOciSpec::pathsAreCleaned()
{
    json document = full();
    document["mounts"][1]["destination"] = "dev/.//pts/../";
    document["linux"]["maskedPaths"] = {"proc//kcore/", "/../../a"};
    document["linux"]["devices"][0]["path"] = "/dev/fuse/";
    const auto spec = oci::parseSpec(document.dump());
    QVERIFY2(spec.has_value(), spec ? "" : spec.error().message.c_str());
    QCOMPARE(spec->mounts[1].destination, std::string{"/dev"});
    QCOMPARE(spec->linux.maskedPaths, (std::vector<std::string>{"/proc/kcore", "/a"}));
    QCOMPARE(spec->linux.devices[0].path, std::string{"/dev/fuse"});
}

void TestOciSpec::notJson_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"", "{", "null", "[]", "\"x\"", "{\"ociVersion\":\"1.0.2\"} x", "\xff\xfe"})
        QTest::newRow(text) << QByteArray{text};
    QTest::newRow("deep") << QByteArray(100'000, '[');
    QTest::newRow("long") << QByteArray(5 << 20, ' ');
}

void TestOciSpec::notJson()
{
    QFETCH(QByteArray, text);
    QVERIFY(!oci::parseSpec(text.toStdString()));
}

void TestOciSpec::processAlone()
{
    const auto process = oci::parseProcess(full()["process"].dump());
    QVERIFY(process.has_value());
    const auto again = oci::parseProcess(oci::serializeProcess(*process));
    QVERIFY(again.has_value());
    QCOMPARE(oci::serializeProcess(*again), oci::serializeProcess(*process));
    QVERIFY(!oci::parseProcess(R"({"args":[]})"));
}

void TestOciSpec::sysctlPaths_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("path");
    const auto row
        = [](const char* key, const char* path) { QTest::newRow(key) << QByteArray{key} << QByteArray{path}; };
    row("net.ipv4.ip_forward", "net/ipv4/ip_forward");
    row("net/ipv4/ip_forward", "net/ipv4/ip_forward");
    row("net.ipv4.conf.eth0/1.forwarding", "net/ipv4/conf/eth0.1/forwarding");
    row("net/ipv4/conf/eth0.1/forwarding", "net/ipv4/conf/eth0.1/forwarding");
    row("kernel", "kernel");
    row("", "");
}

void TestOciSpec::sysctlPaths()
{
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, path);
    QCOMPARE(oci::sysctlPath(key.toStdString()), path.toStdString());
}

void TestOciSpec::numberLists_data()
{
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<quint64>("first"); // the first 64 bits
    const auto row = [](const char* list, bool valid, quint64 first) {
        QTest::newRow(list) << QByteArray{list} << valid << first;
    };
    row("0", true, 1);
    row("0-3,7", true, 0x8f);
    row("63", true, quint64{1} << 63);
    row("1023", true, 0);
    for (const char* list :
         {"", ",", "1,", ",1", "-1", "1-", "2-1", "0x1", "1 ", " 1", "+1", "1-2-3", "1024", "18446744073709551616"})
        row(list, false, 0);
}

void TestOciSpec::numberLists()
{
    QFETCH(QByteArray, list);
    QFETCH(bool, valid);
    QFETCH(quint64, first);
    const auto bits = oci::parseNumberList(list.toStdString());
    QCOMPARE(bits.has_value(), valid);
    if (bits)
        QCOMPARE(bits->front(), first);
}

QTEST_GUILESS_MAIN(TestOciSpec)
#include "test_oci_spec.moc"
