// SPDX-License-Identifier: GPL-3.0-or-later
// Every limit of linux.resources on both versions: which file gets which words, and what one of them does not have.
// (tst_cgroup_files has those of memory, cpu, cpuset and pids that both have in common.)
#include "fake_trees.h"

using namespace lamella;
using namespace lamella::test;
using cgroup::Resources;

Q_DECLARE_METATYPE(Resources)

class TestCgroupLimits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void v1_data();
    void v1();
    void v2_data();
    void v2();
    void refusedOnV1_data();
    void refusedOnV1();
    void refusedOnV2_data();
    void refusedOnV2();
    void anOlderKernelIsNamed();
    void weightsOfOlderSchedulers();
    void aLimitBelowTheUse_data();
    void aLimitBelowTheUse();
    void symbolicLinksAreRefused();
};

namespace {

const QByteArrayList kControllers{"cpu", "cpuset", "memory", "pids", "blkio", "hugetlb", "net_cls", "net_prio", "rdma"};

void compare(const Result<void>& applied, const FakeTrees& trees, const QString& file, const QByteArray& text)
{
    QVERIFY2(applied.has_value(), applied ? "" : applied.error().message.c_str());
    QCOMPARE(trees.get(file), text);
}

void refuse(const Result<void>& applied, ErrorKind kind, const QByteArray& words)
{
    QVERIFY(!applied);
    QCOMPARE(applied.error().kind, kind);
    QVERIFY2(applied.error().message.contains(words.toStdString()), applied.error().message.c_str());
}

/// Adds rows of resources, one file and what it gets.
struct Rows {
    Rows()
    {
        QTest::addColumn<Resources>("resources");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("text");
    }
    void operator()(const char* name, const Resources& resources, const char* file, const char* text) const
    {
        QTest::newRow(name) << resources << QString::fromLatin1(file) << QByteArray(text);
    }
};

} // namespace

void TestCgroupLimits::v1_data()
{
    const Rows row;
    row("kernel", {.memoryKernel = 1 << 20}, "memory/memory.kmem.limit_in_bytes", "1048576");
    row("no kernel limit", {.memoryKernel = -1}, "memory/memory.kmem.limit_in_bytes", "-1");
    row("kernel tcp", {.memoryKernelTcp = 4096}, "memory/memory.kmem.tcp.limit_in_bytes", "4096");
    row("swappiness", {.memorySwappiness = 60}, "memory/memory.swappiness", "60");
    row("swappiness 0", {.memorySwappiness = 0}, "memory/memory.swappiness", "0");
    row("no oom killer", {.memoryOomKillDisabled = true}, "memory/memory.oom_control", "1");
    row("hierarchy", {.memoryHierarchical = true}, "memory/memory.use_hierarchy", "1");
    row("no limit is none for swap", {.memoryLimit = Bytes{0}}, "memory/memory.memsw.limit_in_bytes", "-1");
    row("shares as they are", {.cpuShares = 513}, "cpu/cpu.shares", "513");
    row("burst", {.cpuBurstUsec = 2000}, "cpu/cpu.cfs_burst_us", "2000");
    row("realtime runtime", {.cpuRealtimeRuntimeUsec = 950}, "cpu/cpu.rt_runtime_us", "950");
    row("realtime period", {.cpuRealtimePeriodUsec = 1000}, "cpu/cpu.rt_period_us", "1000");
    row("idle", {.cpuIdle = true}, "cpu/cpu.idle", "1");
    row("idle has no shares", {.cpuShares = 9, .cpuIdle = true}, "cpu/cpu.shares", "-");
    row("weight", {.blockIo = {.weight = 500}}, "blkio/blkio.bfq.weight", "500");
    row("weight 0 is none", {.blockIo = {.weight = 0}}, "blkio/blkio.bfq.weight", "-");
    row("leaf weight", {.blockIo = {.leafWeight = 20}}, "blkio/blkio.leaf_weight", "20");
    row("weight of a device", {.blockIo = {.weightDevices = {{8, 0, 100, {}}}}}, "blkio/blkio.bfq.weight_device",
        "8:0 100");
    row("leaf weight of a device", {.blockIo = {.weightDevices = {{8, 1, {}, 11}}}}, "blkio/blkio.leaf_weight_device",
        "8:1 11");
    row("read bytes", {.blockIo = {.throttleReadBps = {{8, 0, 600}}}}, "blkio/blkio.throttle.read_bps_device",
        "8:0 600");
    row("write bytes", {.blockIo = {.throttleWriteBps = {{8, 16, 0}}}}, "blkio/blkio.throttle.write_bps_device",
        "8:16 0");
    row("reads", {.blockIo = {.throttleReadIops = {{8, 0, 7}}}}, "blkio/blkio.throttle.read_iops_device", "8:0 7");
    row("writes", {.blockIo = {.throttleWriteIops = {{8, 0, 8}}}}, "blkio/blkio.throttle.write_iops_device", "8:0 8");
    row("huge pages", {.hugepageLimits = {{"2MB", 4 << 20}}}, "hugetlb/hugetlb.2MB.limit_in_bytes", "4194304");
    row("reserved huge pages", {.hugepageLimits = {{"2MB", 0}}}, "hugetlb/hugetlb.2MB.rsvd.limit_in_bytes", "0");
    row("an older kernel's huge pages", {.hugepageLimits = {{"1GB", 0}}}, "hugetlb/hugetlb.1GB.limit_in_bytes", "0");
    row("class", {.network = {.classId = 0x100001}}, "net_cls/net_cls.classid", "1048577");
    row("priority", {.network = {.priorities = {{"eth0", 5}}}}, "net_prio/net_prio.ifpriomap", "eth0 5");
    row("rdma", {.rdma = {{"mlx5_1", {3, 10000}}}}, "rdma/rdma.max", "mlx5_1 hca_handle=3 hca_object=10000");
    row("rdma objects", {.rdma = {{"mlx4_0", {{}, 1000}}}}, "rdma/rdma.max", "mlx4_0 hca_object=1000");
}

void TestCgroupLimits::v1()
{
    QFETCH(Resources, resources);
    QFETCH(QString, file);
    QFETCH(QByteArray, text);
    FakeTrees trees;
    for (const char* name : {"memory/memory.limit_in_bytes",
                             "memory/memory.memsw.limit_in_bytes",
                             "memory/memory.kmem.limit_in_bytes",
                             "memory/memory.kmem.tcp.limit_in_bytes",
                             "memory/memory.swappiness",
                             "memory/memory.oom_control",
                             "memory/memory.use_hierarchy",
                             "cpu/cpu.shares",
                             "cpu/cpu.cfs_burst_us",
                             "cpu/cpu.rt_runtime_us",
                             "cpu/cpu.rt_period_us",
                             "cpu/cpu.idle",
                             "blkio/blkio.bfq.weight",
                             "blkio/blkio.bfq.weight_device",
                             "blkio/blkio.leaf_weight",
                             "blkio/blkio.leaf_weight_device",
                             "blkio/blkio.throttle.read_bps_device",
                             "blkio/blkio.throttle.write_bps_device",
                             "blkio/blkio.throttle.read_iops_device",
                             "blkio/blkio.throttle.write_iops_device",
                             "hugetlb/hugetlb.2MB.limit_in_bytes",
                             "hugetlb/hugetlb.2MB.rsvd.limit_in_bytes",
                             "hugetlb/hugetlb.1GB.limit_in_bytes",
                             "net_cls/net_cls.classid",
                             "net_prio/net_prio.ifpriomap",
                             "rdma/rdma.max"})
        trees.put(QString::fromLatin1(name));
    compare(cgroup::open(trees.v1(kControllers), "/lamella/x").value()->apply(resources), trees, file, text);
}

void TestCgroupLimits::v2_data()
{
    const Rows row;
    row("no limit is none for swap", {.memoryLimit = Bytes{0}}, "two/memory.swap.max", "max");
    row("what v1 alone has, unset",
        {.memoryKernel = -1, .memoryOomKillDisabled = false, .memoryHierarchical = true, .network = {.classId = 0}},
        "two/memory.max", "-");
    row("burst", {.cpuBurstUsec = 2000}, "two/cpu.max.burst", "2000");
    row("idle", {.cpuIdle = true}, "two/cpu.idle", "1");
    row("not idle", {.cpuIdle = false}, "two/cpu.idle", "0");
    row("idle has no weight", {.cpuShares = 9, .cpuIdle = true}, "two/cpu.weight", "-");
    row("shares", {.cpuShares = 2}, "two/cpu.weight", "1");
    row("weight", {.blockIo = {.weight = 500}}, "two/io.bfq.weight", "default 500");
    row("weight of a device", {.blockIo = {.weightDevices = {{8, 0, 100, {}}}}}, "two/io.bfq.weight", "8:0 100");
    row("read bytes", {.blockIo = {.throttleReadBps = {{8, 0, 600}}}}, "two/io.max", "8:0 rbps=600");
    row("no limit for written bytes", {.blockIo = {.throttleWriteBps = {{8, 16, 0}}}}, "two/io.max", "8:16 wbps=max");
    row("reads", {.blockIo = {.throttleReadIops = {{8, 0, 7}}}}, "two/io.max", "8:0 riops=7");
    row("writes", {.blockIo = {.throttleWriteIops = {{8, 0, 8}}}}, "two/io.max", "8:0 wiops=8");
    row("huge pages", {.hugepageLimits = {{"2MB", 4 << 20}}}, "two/hugetlb.2MB.max", "4194304");
    row("reserved huge pages", {.hugepageLimits = {{"2MB", 0}}}, "two/hugetlb.2MB.rsvd.max", "0");
    row("rdma", {.rdma = {{"mlx5_1", {3, 10000}}}}, "two/rdma.max", "mlx5_1 hca_handle=3 hca_object=10000");
    row("unified", {.unified = {{"misc.max", "res_a 1"}}}, "two/misc.max", "res_a 1");
    row("unified comes last", {.memoryLimit = 64_MiB, .unified = {{"memory.max", "134217728"}}}, "two/memory.max",
        "134217728");
}

void TestCgroupLimits::v2()
{
    QFETCH(Resources, resources);
    QFETCH(QString, file);
    QFETCH(QByteArray, text);
    FakeTrees trees;
    for (const char* name : {"two/memory.max", "two/memory.swap.max", "two/cpu.max.burst", "two/cpu.idle",
                             "two/cpu.weight", "two/io.bfq.weight", "two/io.max", "two/hugetlb.2MB.max",
                             "two/hugetlb.2MB.rsvd.max", "two/rdma.max", "two/misc.max"})
        trees.put(QString::fromLatin1(name));
    compare(cgroup::open(trees.v2(), "/lamella/x").value()->apply(resources), trees, file, text);
}

void TestCgroupLimits::refusedOnV1_data()
{
    QTest::addColumn<Resources>("resources");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("unified") << Resources{.unified = {{"memory.high", "1"}}} << QByteArray("unified");
    QTest::newRow("rdma without its controller") << Resources{.rdma = {{"mlx5_1", {3, 3}}}} << QByteArray("rdma");
    QTest::newRow("huge pages without their controller")
        << Resources{.hugepageLimits = {{"2MB", 0}}} << QByteArray("hugetlb");
}

void TestCgroupLimits::refusedOnV1()
{
    QFETCH(Resources, resources);
    QFETCH(QByteArray, words);
    const FakeTrees trees;
    refuse(cgroup::open(trees.v1({"memory"}), "/lamella/x").value()->apply(resources), ErrorKind::Unsupported, words);
}

void TestCgroupLimits::refusedOnV2_data()
{
    QTest::addColumn<Resources>("resources");
    QTest::addColumn<QByteArray>("words");
    const auto row
        = [](const char* words, const Resources& resources) { QTest::newRow(words) << resources << QByteArray(words); };
    row("memory.kernel", {.memoryKernel = 1 << 20});
    row("memory.kernelTCP", {.memoryKernelTcp = 1 << 20});
    row("memory.swappiness", {.memorySwappiness = 0});
    row("memory.disableOOMKiller", {.memoryOomKillDisabled = true});
    row("cpu.realtimeRuntime", {.cpuRealtimeRuntimeUsec = 950});
    row("cpu.realtimePeriod", {.cpuRealtimePeriodUsec = 1000});
    row("blockIO.leafWeight", {.blockIo = {.leafWeight = 10}});
    row("blockIO.weightDevice.leafWeight", {.blockIo = {.weightDevices = {{8, 0, 10, 10}}}});
    row("network", {.network = {.classId = 1}});
    row("linux.resources.network", {.network = {.priorities = {{"eth0", 1}}}});
}

void TestCgroupLimits::refusedOnV2()
{
    QFETCH(Resources, resources);
    QFETCH(QByteArray, words);
    FakeTrees trees;
    trees.put(QStringLiteral("two/memory.max"));
    resources.memoryLimit = 64_MiB;
    refuse(cgroup::open(trees.v2(), "/lamella/x").value()->apply(resources), ErrorKind::Unsupported, words);
    QCOMPARE(trees.get(QStringLiteral("two/memory.max")), "-"); // before anything is set
}

void TestCgroupLimits::anOlderKernelIsNamed()
{
    FakeTrees trees;
    trees.put(QStringLiteral("two/cgroup.procs"), "");
    const auto two = cgroup::open(trees.v2(), "/lamella/x").value();
    refuse(two->apply({.hugepageLimits = {{"64KB", 0}}}), ErrorKind::Unsupported, "hugetlb.64KB.max");
    refuse(two->apply({.unified = {{"memory.magic", "1"}}}), ErrorKind::Unsupported, "memory.magic");
    const auto one = cgroup::open(trees.v1(kControllers), "/lamella/x").value();
    refuse(one->apply({.cpuIdle = true}), ErrorKind::Unsupported, "cpu.idle");
    refuse(one->apply({.blockIo = {.weight = 500}}), ErrorKind::Unsupported, "blkio.weight");
    QVERIFY(QDir(trees.root() + QStringLiteral("/rdma/lamella/x")).removeRecursively());
    refuse(one->apply({.rdma = {{"mlx5_1", {3, 3}}}}), ErrorKind::Unsupported, "no part in the hierarchy");
}

void TestCgroupLimits::weightsOfOlderSchedulers()
{
    FakeTrees trees;
    trees.put(QStringLiteral("blkio/blkio.weight"));
    const auto one = cgroup::open(trees.v1(kControllers), "/lamella/x").value();
    compare(one->apply({.blockIo = {.weight = 500}}), trees, QStringLiteral("blkio/blkio.weight"), "500");
    trees.put(QStringLiteral("two/io.weight"));
    const auto two = cgroup::open(trees.v2(), "/lamella/x").value();
    compare(two->apply({.blockIo = {.weight = 10}}), trees, QStringLiteral("two/io.weight"), "default 1");
    compare(two->apply({.blockIo = {.weight = 1000}}), trees, QStringLiteral("two/io.weight"), "default 10000");
}

void TestCgroupLimits::aLimitBelowTheUse_data()
{
    QTest::addColumn<bool>("checkFirst");
    QTest::newRow("checked") << true;
    QTest::newRow("not checked") << false;
}

void TestCgroupLimits::aLimitBelowTheUse()
{
    QFETCH(bool, checkFirst);
    FakeTrees trees;
    trees.put(QStringLiteral("two/memory.current"), "1000\n");
    trees.put(QStringLiteral("two/memory.max"));
    trees.put(QStringLiteral("memory/memory.usage_in_bytes"), "1000\n");
    trees.put(QStringLiteral("memory/memory.limit_in_bytes"));
    const Resources resources{.memoryLimit = Bytes{500}, .memoryCheckFirst = checkFirst};
    for (const auto& tree : {trees.v2(), trees.v1(kControllers)}) {
        const auto applied = cgroup::open(tree, "/lamella/x").value()->apply(resources);
        if (checkFirst)
            refuse(applied, ErrorKind::InvalidArgument, "500 bytes");
        else
            QVERIFY(applied.has_value());
    }
    QCOMPARE(trees.get(QStringLiteral("two/memory.max")), checkFirst ? "-" : "500");
    QCOMPARE(trees.get(QStringLiteral("memory/memory.limit_in_bytes")), checkFirst ? "-" : "500");
}

/// A cgroup tree has none; nothing is read or written through what claims to be one.
void TestCgroupLimits::symbolicLinksAreRefused()
{
    FakeTrees trees;
    trees.put(QStringLiteral("two/pids.max"));
    trees.put(QStringLiteral("pids/pids.max"));
    for (const char* tree : {"two", "pids"}) {
        const QString root = trees.root() + u'/' + QString::fromLatin1(tree);
        QVERIFY(QFile::link(root + QStringLiteral("/lamella"), root + QStringLiteral("/link")));
    }
    QVERIFY(!cgroup::open(trees.v2(), "/link/x"));
    QVERIFY(!cgroup::open(trees.v1({"pids"}), "/link/x"));
    QVERIFY(QFile::rename(trees.root() + QStringLiteral("/pids/lamella/x/pids.max"),
                          trees.root() + QStringLiteral("/out")));
    QVERIFY(
        QFile::link(trees.root() + QStringLiteral("/out"), trees.root() + QStringLiteral("/pids/lamella/x/pids.max")));
    QVERIFY(!cgroup::open(trees.v1({"pids"}), "/lamella/x").value()->apply({.pidsMax = 5}));
    QFile out(trees.root() + QStringLiteral("/out"));
    QVERIFY(out.open(QIODevice::ReadOnly));
    QCOMPARE(out.readAll(), "-");
}

QTEST_GUILESS_MAIN(TestCgroupLimits)
#include "tst_cgroup_limits.moc"
