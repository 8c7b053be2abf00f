// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/spec.h"

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
            "noNewPrivileges": true, "oomScoreAdj": 100
        },
        "root": {"path": "rootfs", "readonly": true},
        "hostname": "box",
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
                   {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
                   {"destination": "/mapped", "type": "bind", "source": "/srv", "options": ["rbind", "ridmap"],
                    "uidMappings": [{"containerID": 0, "hostID": 5, "size": 10}],
                    "gidMappings": [{"containerID": 0, "hostID": 6, "size": 10}]}],
        "annotations": {"a": "b"},
        "linux": {
            "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "user"}, {"type": "ipc"}, {"type": "uts"},
                           {"type": "network", "path": "/run/netns/x"}],
            "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "cgroupsPath": "/lamella/x",
            "resources": {"memory": {"limit": 1048576, "swap": -1}, "cpu": {"shares": 512, "quota": 50000, "period": 100000,
                          "cpus": "0-1"}, "pids": {"limit": 100}, "devices": [{"allow": false, "access": "rwm"}]},
            "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"],
                        "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW",
                                      "args": [{"index": 1, "value": 2, "valueTwo": 3, "op": "SCMP_CMP_MASKED_EQ"}]}]},
            "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 432, "uid": 1, "gid": 2},
                        {"path": "/dev/pipe", "type": "p"}],
            "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"], "rootfsPropagation": "rslave",
            "sysctl": {"net.ipv4.ip_forward": "1"}
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
    json expected = full();
    expected["linux"]["resources"].erase("devices"); // every cgroup gets the default devices
    json actual = json::parse(text);
    QCOMPARE(actual.dump(1), expected.dump(1));
}

void TestOciSpec::reads()
{
    const auto spec = oci::parseSpec(full().dump());
    QVERIFY(spec.has_value());
    QCOMPARE(spec->process.user.uid, 1000u);
    QCOMPARE(spec->process.rlimits[0].hard, ~std::uint64_t{0});
    QCOMPARE(spec->linux.resources.memory.swap, std::optional<std::int64_t>{-1});
    QCOMPARE(spec->linux.seccomp->syscalls[0].args[0].valueTwo, 3u);
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
    row("relative directory", "/process/cwd", "\"work\"", "process.cwd");
    row("capability", "/process/capabilities/bounding/0", "\"CAP_EVERYTHING\"", "CAP_EVERYTHING");
    row("limit", "/process/rlimits/0/type", "\"RLIMIT_NONE\"", "RLIMIT_NONE");
    row("soft above hard", "/process/rlimits/0/hard", "1", "RLIMIT_NOFILE");
    row("oom score", "/process/oomScoreAdj", "1001", "oomScoreAdj");
    row("apparmor", "/process/apparmorProfile", "\"x\"", "apparmorProfile");
    row("selinux", "/process/selinuxLabel", "\"x\"", "selinuxLabel");
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
    row("time namespace", "/linux/namespaces/3/type", "\"time\"", "namespaces[3].type");
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
    row("sysctl with dots", "/linux/sysctl", "{\"net..ipv4\":\"1\"}", "net..ipv4");
    row("hooks", "/hooks", "{\"prestart\":[{\"path\":\"/bin/true\"}]}", "hooks.prestart");
    row("blkio limits", "/linux/resources/blockIO", "{\"weight\":10}", "blockIO");
    row("no oom killer", "/linux/resources/memory/disableOOMKiller", "true", "disableOOMKiller");
    row("seccomp action", "/linux/seccomp/defaultAction", "\"SCMP_ACT_NOTIFY\"", "defaultAction");
    row("seccomp operator", "/linux/seccomp/syscalls/0/args/0/op", "\"==\"", "op");
    row("seccomp argument", "/linux/seccomp/syscalls/0/args/0/index", "6", "index");
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
    row("propagation alone", "/mounts/1", R"({"destination":"/x","type":"none","options":["rslave"]})");
    row("id map of the container", "/mounts/1", R"({"destination":"/x","source":"/y","options":["bind","ridmap"]})");
    row("fifo", "/linux/devices", R"([{"path":"/dev/x","type":"p"}])");
    row("largest device", "/linux/devices", R"([{"path":"/dev/x","type":"u","major":4095,"minor":1048575}])");
    for (const char* word : {"\"shared\"", "\"rshared\"", "\"unbindable\"", "\"runbindable\"", "\"private\"", "\"\""})
        row(word, "/linux/rootfsPropagation", word);
    QTest::newRow("empty hooks") << QByteArray{"/hooks"} << QByteArray{R"({"prestart":[]})"};
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

QTEST_GUILESS_MAIN(TestOciSpec)
#include "test_oci_spec.moc"
