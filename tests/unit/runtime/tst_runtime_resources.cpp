// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/resources.h"

#include <QTest>

using namespace lamella;
using runtime::toResources;

/// linux.resources as the cgroup takes it: what the specification and runc call "not set", and "no limit".
class TestRuntimeResources : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothing();
    void zeroIsNotSet();
    void noLimit();
    void limits();
    void deviceRules();
};

void TestRuntimeResources::nothing()
{
    const auto resources = toResources({});
    QVERIFY(!resources.memoryLimit && !resources.memorySwap && !resources.cpuShares && !resources.cpuQuotaUsec);
    QVERIFY(!resources.cpusetCpus && !resources.cpusetMems && !resources.pidsMax);
    QVERIFY(resources.devices.empty());
}

void TestRuntimeResources::zeroIsNotSet()
{
    oci::LinuxResources zero;
    zero.memory.limit = zero.memory.reservation = zero.memory.swap = zero.memory.kernel = zero.memory.kernelTcp = 0;
    zero.memory.disableOomKiller = false;
    zero.cpu.shares = zero.cpu.period = zero.cpu.realtimePeriod = 0;
    zero.cpu.quota = zero.cpu.realtimeRuntime = 0;
    zero.pidsLimit = 0;
    const auto resources = toResources(zero);
    QVERIFY(!resources.memoryLimit && !resources.memoryReservation && !resources.memorySwap && !resources.memoryKernel);
    QVERIFY(!resources.memoryKernelTcp && !resources.memoryOomKillDisabled && !resources.cpuShares);
    QVERIFY(!resources.cpuPeriodUsec && !resources.cpuRealtimePeriodUsec && !resources.cpuQuotaUsec);
    QVERIFY(!resources.cpuRealtimeRuntimeUsec && !resources.pidsMax);
    zero.memory.swappiness = 0; // these mean something
    zero.cpu.idle = 0;
    QCOMPARE(toResources(zero).memorySwappiness, std::optional<std::uint64_t>{0});
    QCOMPARE(toResources(zero).cpuIdle, std::optional{false});
}

void TestRuntimeResources::noLimit()
{
    oci::LinuxResources none;
    none.memory.limit = none.memory.reservation = none.memory.swap = -1;
    none.cpu.quota = -1;
    none.pidsLimit = -1;
    const auto resources = toResources(none);
    QCOMPARE(resources.memoryLimit->value, 0u);
    QCOMPARE(resources.memoryReservation->value, 0u);
    QCOMPARE(resources.memorySwap, std::optional<std::int64_t>{-1});
    QCOMPARE(resources.cpuQuotaUsec, std::optional<std::uint64_t>{0});
    QCOMPARE(resources.pidsMax, std::optional<std::int64_t>{-1});
}

void TestRuntimeResources::limits()
{
    oci::LinuxResources some;
    some.memory.limit = 64 << 20;
    some.memory.checkBeforeUpdate = true;
    some.cpu.shares = 513;
    some.cpu.burst = 7;
    some.cpu.idle = 1;
    some.cpu.cpus = "0-1";
    some.blockIo.weight = 500;
    some.hugepageLimits = {{"2MB", 1}};
    some.network.classId = 9;
    some.rdma = {{"mlx4_0", {1, 2}}};
    some.unified = {{"memory.high", "5"}};
    const auto resources = toResources(some);
    QCOMPARE(resources.memoryLimit->value, 64u << 20);
    QVERIFY(resources.memoryCheckFirst);
    QCOMPARE(resources.cpuShares, std::optional<std::uint64_t>{513});
    QCOMPARE(resources.cpuBurstUsec, std::optional<std::uint64_t>{7});
    QCOMPARE(resources.cpuIdle, std::optional{true});
    QCOMPARE(resources.cpusetCpus, std::optional<std::string>{"0-1"});
    QCOMPARE(resources.blockIo.weight, std::optional<std::uint16_t>{500});
    QCOMPARE(resources.hugepageLimits.size(), 1u);
    QCOMPARE(resources.network.classId, std::optional<std::uint32_t>{9});
    QCOMPARE(resources.rdma.size(), 1u);
    QCOMPARE(resources.unified.at("memory.high"), "5");
}

void TestRuntimeResources::deviceRules()
{
    oci::LinuxResources rules;
    rules.devices = {{false, 'a', {}, {}, "rwm"}, {true, 'c', 10, 229, "rw"}};
    const auto resources = toResources(rules);
    QCOMPARE(resources.devices.size(), 2u);
    QVERIFY(resources.devices[0].isAboutAll() && !resources.devices[0].allow);
    QVERIFY(
        (resources.devices[1] == cgroup::DeviceRule{true, 'c', 10, 229, cgroup::kReadDevice | cgroup::kWriteDevice}));
}

QTEST_GUILESS_MAIN(TestRuntimeResources)
#include "tst_runtime_resources.moc"
