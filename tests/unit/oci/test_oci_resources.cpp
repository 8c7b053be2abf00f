// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/serialize.h"

#include <nlohmann/json.hpp>

#include <QTest>

using namespace lamella;
using nlohmann::json;

/// linux.resources, as config.json and `update` have it.
class TestOciResources : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrip();
    void reads();
    void deviceRules();
    void refused_data();
    void refused();
    void accepted_data();
    void accepted();
};

namespace {

/// A document in which everything that we read is there.
json full()
{
    return json::parse(R"({
        "memory": {"limit": 536870912, "reservation": 268435456, "swap": 1073741824, "kernel": -1, "kernelTCP": -1,
                   "swappiness": 0, "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true},
        "cpu": {"shares": 1024, "quota": 1000000, "period": 500000, "burst": 1000, "realtimeRuntime": 950000,
                "realtimePeriod": 1000000, "idle": 0, "cpus": "2-3", "mems": "0-7"},
        "pids": {"limit": 32771},
        "blockIO": {"weight": 10, "leafWeight": 1000,
                    "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300},
                                     {"major": 8, "minor": 16, "weight": 500}],
                    "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
                    "throttleWriteBpsDevice": [{"major": 8, "minor": 1, "rate": 18446744073709551615}],
                    "throttleReadIOPSDevice": [{"major": 8, "minor": 2, "rate": 0}],
                    "throttleWriteIOPSDevice": [{"major": 8, "minor": 16, "rate": 300}]},
        "hugepageLimits": [{"pageSize": "2MB", "limit": 209715200}, {"pageSize": "64KB", "limit": 1000000}],
        "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
        "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}, "mlx4_0": {"hcaObjects": 1000}},
        "devices": [{"allow": false, "type": "a", "access": "rwm"},
                    {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"},
                    {"allow": true, "type": "b", "major": 8, "access": "r"}],
        "unified": {"hugetlb.1GB.max": "1073741824", "cgroup.max.depth": "4"}
    })");
}

QByteArray words(const Result<oci::LinuxResources>& resources)
{
    return resources ? QByteArray() : QByteArray::fromStdString(resources.error().message);
}

} // namespace

void TestOciResources::roundTrip()
{
    const auto resources = oci::parseResources(full().dump());
    QVERIFY2(resources.has_value(), words(resources).constData());
    QCOMPARE(oci::toJson(*resources).dump(1), full().dump(1));
    QVERIFY(oci::toJson(oci::LinuxResources{}).empty());
}

void TestOciResources::reads()
{
    const auto resources = oci::parseResources(full().dump());
    QVERIFY(resources.has_value());
    QCOMPARE(resources->memory.kernelTcp, std::optional<std::int64_t>{-1});
    QCOMPARE(resources->memory.swappiness, std::optional<std::uint64_t>{0});
    QCOMPARE(resources->cpu.burst, std::optional<std::uint64_t>{1000});
    QCOMPARE(resources->blockIo.weightDevices[1].minor, 16);
    QVERIFY(!resources->blockIo.weightDevices[1].leafWeight);
    QCOMPARE(resources->blockIo.throttleWriteBps[0].rate, ~std::uint64_t{0});
    QCOMPARE(resources->rdma.at("mlx4_0").hcaObjects, std::optional<std::uint32_t>{1000});
    QVERIFY(!resources->rdma.at("mlx4_0").hcaHandles);
}

/// What is not said is anything, and -1 is, too.
void TestOciResources::deviceRules()
{
    const auto resources = oci::parseResources(
        R"({"devices":[{"allow":false},{"allow":true,"type":"c","major":-1,"minor":5,"access":"m"},{"allow":true,"type":""}]})");
    QVERIFY2(resources.has_value(), words(resources).constData());
    QCOMPARE(resources->devices[0].type, 'a');
    QVERIFY(!resources->devices[0].major && !resources->devices[0].minor);
    QCOMPARE(resources->devices[0].access, "rwm");
    QVERIFY(!resources->devices[1].major);
    QCOMPARE(resources->devices[1].minor, std::optional<std::int64_t>{5});
    QCOMPARE(resources->devices[2].type, 'a');
}

void TestOciResources::refused_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* pointer, const char* value, const char* message) {
        QTest::addRow("%s %s", pointer, value) << QByteArray{pointer} << QByteArray{value} << QByteArray{message};
    };
    row("/memory/limit", "-2", "memory.limit");
    row("/memory/limit", "1.5", "memory.limit");
    row("/memory/swap", "1000", "memory.swap");
    row("/memory/swappiness", "101", "memory.swappiness");
    row("/memory/swappiness", "-1", "memory.swappiness");
    row("/memory/disableOOMKiller", "1", "disableOOMKiller");
    row("/memory", "[]", "memory");
    row("/cpu/idle", "2", "cpu.idle");
    row("/cpu/shares", "-1", "cpu.shares");
    row("/cpu/quota", "-2", "cpu.quota");
    row("/cpu/cpus", "\"0-1\\u0000\"", "cpu.cpus");
    row("/cpu/cpus", "\"all\"", "cpu.cpus");
    row("/cpu/mems", "\"0;1\"", "cpu.mems");
    row("/pids", "7", "pids");
    row("/pids/limit", "\"7\"", "pids.limit");
    row("/blockIO/weight", "9", "blockIO.weight");
    row("/blockIO/weight", "1001", "blockIO.weight");
    row("/blockIO/weight", "70000", "blockIO.weight");
    row("/blockIO/leafWeight", "5", "blockIO.leafWeight");
    row("/blockIO/weightDevice/0", "{\"major\":8,\"minor\":0}", "weightDevice[0]");
    row("/blockIO/weightDevice/0", "{\"minor\":0,\"weight\":10}", "weightDevice[0].major");
    row("/blockIO/weightDevice/0/weight", "1", "weightDevice.weight");
    row("/blockIO/weightDevice/0/major", "-1", "-1:0");
    row("/blockIO/throttleReadBpsDevice/0", "{\"major\":8,\"rate\":1}", "throttleReadBpsDevice[0].minor");
    row("/blockIO/throttleReadBpsDevice/0", "{\"major\":8,\"minor\":0}", "throttleReadBpsDevice[0].rate");
    row("/blockIO/throttleWriteIOPSDevice/0/major", "4096", "4096:16");
    row("/blockIO/throttleWriteIOPSDevice/0/rate", "-1", "rate");
    row("/hugepageLimits/0/pageSize", "\"2mb\"", "2mb");
    row("/hugepageLimits/0/pageSize", "\"\"", "pageSize");
    row("/hugepageLimits/0/pageSize", "\"MB\"", "MB");
    row("/hugepageLimits/0/pageSize", "\"../2MB\"", "../2MB");
    row("/hugepageLimits/0/pageSize", "\"02MB\"", "02MB");
    row("/hugepageLimits/0/pageSize", "\"64KB\"", "twice");
    row("/hugepageLimits/0/limit", "null", "limit");
    row("/network/classID", "4294967296", "classID");
    row("/network/priorities/0/name", "\"\"", "interface");
    row("/network/priorities/0/name", "\"eth0 1\"", "eth0 1");
    row("/network/priorities/0/name", "\"an_interface_too_long\"", "an_interface_too_long");
    row("/rdma/mlx5_1", "{}", "rdma.mlx5_1");
    row("/rdma/a b", "{\"hcaObjects\":1}", "a b");
    row("/devices/0/allow", "null", "devices[0].allow");
    row("/devices/1/type", "\"u\"", "devices[1].type");
    row("/devices/1/type", "\"cc\"", "devices[1].type");
    row("/devices/1/access", "\"rx\"", "rx");
    row("/devices/1/major", "-2", "-2:229");
    row("/devices/1/minor", "1048576", "1048576");
    row("/unified/memory.high\n", "\"1\"", "unified");
    row("/unified/..~1memory.high", "\"1\"", "unified");
    row("/unified/a~1memory.high", "\"1\"", "unified");
    row("/unified/memory", "\"1\"", "unified");
    row("/unified/.max", "\"1\"", "unified");
    row("/unified/cgroup.procs", "\"1\"", "cgroup.procs");
    row("/unified/cgroup.kill", "\"1\"", "cgroup.kill");
    row("/unified/memory.high", "1", "unified");
}

void TestOciResources::refused()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, message);
    json document = full();
    document[json::json_pointer{pointer.toStdString()}] = json::parse(value.toStdString());
    const auto resources = oci::parseResources(document.dump());
    QVERIFY(!resources);
    QCOMPARE(resources.error().kind, ErrorKind::InvalidArgument);
    QVERIFY2(words(resources).contains(message), words(resources).constData());
}

void TestOciResources::accepted_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"{}", R"({"novelty":{"x":1}})", R"({"blockIO":{"weight":0}})", R"({"memory":null})",
                             R"({"memory":{"limit":5,"swap":-1}})", R"({"memory":{"limit":-1,"swap":5}})",
                             R"({"cpu":{"cpus":"0-1,3"}})", R"({"devices":[],"hugepageLimits":[],"unified":{}})"})
        QTest::newRow(text) << QByteArray{text};
}

void TestOciResources::accepted()
{
    QFETCH(QByteArray, text);
    const auto resources = oci::parseResources(text.toStdString());
    QVERIFY2(resources.has_value(), words(resources).constData());
}

QTEST_GUILESS_MAIN(TestOciResources)
#include "test_oci_resources.moc"
