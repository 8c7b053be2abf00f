// SPDX-License-Identifier: GPL-3.0-or-later
// What the controllers count, read from trees of ordinary files.
#include "engine/cgroup/counters.h"
#include "engine/cgroup/oom_watch.h"
#include "engine/cgroup/statistics.h"
#include "fake_trees.h"

#include <limits>

using namespace lamella;
using namespace lamella::test;
using namespace Qt::StringLiterals;

class TestCgroupStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cpuOfV1();
    void memoryOfV1();
    void blockIoOfV1_data();
    void blockIoOfV1();
    void cpuOfV2();
    void memoryOfV2();
    void swapLimitOfV2_data();
    void swapLimitOfV2();
    void blockIoOfV2();
    void pids_data();
    void pids();
    void lists_data();
    void lists();
    void rdma();
    void aKernelWithoutFiles();
    void noSuchCgroup();
    void oomNeedsAMemoryController();
};

namespace {

const QByteArrayList kControllers{"cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "rdma"};
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

cgroup::Statistics readOne(const FakeTrees& trees)
{
    return cgroup::readStatistics(trees.v1(kControllers), "/lamella/x").value();
}

cgroup::Statistics readTwo(const FakeTrees& trees)
{
    return cgroup::readStatistics(trees.v2(), "/lamella/x").value();
}

} // namespace

void TestCgroupStatistics::cpuOfV1()
{
    FakeTrees trees;
    trees.put(u"cpuacct/cpuacct.usage"_s, "123456789\n");
    trees.put(u"cpuacct/cpuacct.usage_user"_s, "100\n");
    trees.put(u"cpuacct/cpuacct.usage_sys"_s, "200\n");
    trees.put(u"cpuacct/cpuacct.usage_percpu"_s, "1000 2000 \n");
    trees.put(u"cpuacct/cpuacct.usage_percpu_user"_s, "600 700 \n");
    trees.put(u"cpuacct/cpuacct.usage_percpu_sys"_s, "400 1300 \n");
    trees.put(u"cpu/cpu.stat"_s, "nr_periods 10\nnr_throttled 3\nthrottled_time 7000000\n");
    trees.put(u"cpuset/cpuset.cpus"_s, "0-1\n");
    trees.put(u"cpuset/cpuset.mems"_s, "0\n");
    trees.put(u"cpuset/cpuset.sched_relax_domain_level"_s, "-1\n");
    const auto statistics = readOne(trees);
    QCOMPARE(statistics.cpu.totalNsec, 123456789u);
    QCOMPARE(statistics.cpu.userNsec, 100u);
    QCOMPARE(statistics.cpu.kernelNsec, 200u);
    QCOMPARE(statistics.cpu.perCpuNsec, (std::vector<std::uint64_t>{1000, 2000}));
    QCOMPARE(statistics.cpu.perCpuUserNsec, (std::vector<std::uint64_t>{600, 700}));
    QCOMPARE(statistics.cpu.perCpuKernelNsec, (std::vector<std::uint64_t>{400, 1300}));
    QCOMPARE(statistics.cpu.periods, 10u);
    QCOMPARE(statistics.cpu.throttledPeriods, 3u);
    QCOMPARE(statistics.cpu.throttledNsec, 7000000u);
    QCOMPARE(statistics.cpuset.cpus, (std::vector<std::uint16_t>{0, 1}));
    QCOMPARE(statistics.cpuset.mems, std::vector<std::uint16_t>{0});
    QCOMPARE(statistics.cpuset.flags.at("sched_relax_domain_level"), -1);
    QVERIFY(!statistics.cpu.pressure);
}

void TestCgroupStatistics::memoryOfV1()
{
    FakeTrees trees;
    trees.put(u"memory/memory.usage_in_bytes"_s, "1000\n");
    trees.put(u"memory/memory.max_usage_in_bytes"_s, "3000\n");
    trees.put(u"memory/memory.limit_in_bytes"_s, "9223372036854771712\n");
    trees.put(u"memory/memory.failcnt"_s, "5\n");
    trees.put(u"memory/memory.memsw.usage_in_bytes"_s, "1001\n");
    trees.put(u"memory/memory.kmem.usage_in_bytes"_s, "1002\n");
    trees.put(u"memory/memory.kmem.tcp.usage_in_bytes"_s, "1003\n");
    trees.put(u"memory/memory.stat"_s, "cache 400\nrss 500\n");
    trees.put(u"memory/memory.oom_control"_s, "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
    const auto memory = readOne(trees).memory;
    QCOMPARE(memory.usage.usageBytes, 1000u);
    QCOMPARE(memory.usage.peakBytes, 3000u);
    QCOMPARE(memory.usage.limitBytes, 9223372036854771712u);
    QCOMPARE(memory.usage.failures, 5u);
    QCOMPARE(memory.swap.usageBytes, 1001u);
    QCOMPARE(memory.kernel.usageBytes, 1002u);
    QCOMPARE(memory.kernelTcp.usageBytes, 1003u);
    QCOMPARE(memory.cacheBytes, 400u);
    QCOMPARE(memory.raw.at("rss"), 500u);
    QCOMPARE(memory.events.at("oom_kill"), 4u);
}

void TestCgroupStatistics::blockIoOfV1_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("throttle") << u"blkio/blkio.throttle."_s;
    QTest::newRow("bfq") << u"blkio/blkio.bfq."_s;
}

void TestCgroupStatistics::blockIoOfV1()
{
    QFETCH(QString, file);
    FakeTrees trees;
    trees.put(file + u"io_serviced_recursive"_s, "8:0 Read 3\n8:0 Write 4\nTotal 7\n");
    trees.put(file + u"io_service_bytes_recursive"_s, "8:16 Read 4096\n8:16 Total 4096\nTotal 4096\n");
    trees.put(u"blkio/blkio.bfq.sectors_recursive"_s, "8:0 77\n");
    const auto blockIo = readOne(trees).blockIo;
    QCOMPARE(blockIo.serviced.size(), 2u);
    QCOMPARE(blockIo.serviced[1].operation, "Write");
    QCOMPARE(blockIo.serviced[1].value, 4u);
    QCOMPARE(blockIo.serviceBytes.size(), 2u);
    QCOMPARE(blockIo.serviceBytes[0].major, 8u);
    QCOMPARE(blockIo.serviceBytes[0].minor, 16u);
    QCOMPARE(blockIo.serviceBytes[0].value, 4096u);
    if (file.contains("bfq"_L1)) {
        QCOMPARE(blockIo.sectors.size(), 1u);
        QCOMPARE(blockIo.sectors[0].operation, "");
        QCOMPARE(blockIo.sectors[0].value, 77u);
    }
}

void TestCgroupStatistics::cpuOfV2()
{
    FakeTrees trees;
    trees.put(u"two/cpu.stat"_s,
              "usage_usec 5000\nuser_usec 1000\nsystem_usec 4000\nnr_periods 9\nnr_throttled 2\nthrottled_usec 800\n");
    trees.put(u"two/cpu.pressure"_s,
              "some avg10=1.50 avg60=0.25 avg300=0.03 total=12345\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
    const auto cpu = readTwo(trees).cpu;
    QCOMPARE(cpu.totalNsec, 5000000u);
    QCOMPARE(cpu.userNsec, 1000000u);
    QCOMPARE(cpu.kernelNsec, 4000000u);
    QCOMPARE(cpu.periods, 9u);
    QCOMPARE(cpu.throttledPeriods, 2u);
    QCOMPARE(cpu.throttledNsec, 800000u);
    QVERIFY(cpu.pressure.has_value());
    QCOMPARE(cpu.pressure->some.average10, 1.5);
    QCOMPARE(cpu.pressure->some.average60, 0.25);
    QCOMPARE(cpu.pressure->some.average300, 0.03);
    QCOMPARE(cpu.pressure->some.totalUsec, 12345u);
    QCOMPARE(cpu.pressure->full.totalUsec, 7u);
}

void TestCgroupStatistics::memoryOfV2()
{
    FakeTrees trees;
    trees.put(u"two/memory.current"_s, "1000\n");
    trees.put(u"two/memory.peak"_s, "3000\n");
    trees.put(u"two/memory.max"_s, "4096\n");
    trees.put(u"two/memory.stat"_s, "anon 500\nfile 400\nkernel 60\n");
    trees.put(u"two/memory.events"_s, "low 1\nhigh 0\nmax 9\noom 3\noom_kill 2\n");
    trees.put(u"two/memory.pressure"_s, "some avg10=0.00 avg60=0.00 avg300=0.00 total=3\n");
    const auto memory = readTwo(trees).memory;
    QCOMPARE(memory.usage.usageBytes, 1000u);
    QCOMPARE(memory.usage.peakBytes, 3000u);
    QCOMPARE(memory.usage.limitBytes, 4096u);
    QCOMPARE(memory.usage.failures, 9u);
    QCOMPARE(memory.cacheBytes, 400u);
    QCOMPARE(memory.kernel.usageBytes, 60u);
    QCOMPARE(memory.raw.at("anon"), 500u);
    QCOMPARE(memory.events.at("oom_kill"), 2u);
    QCOMPARE(memory.pressure->some.totalUsec, 3u);
}

void TestCgroupStatistics::swapLimitOfV2_data()
{
    QTest::addColumn<QByteArray>("memory");
    QTest::addColumn<QByteArray>("swap");
    QTest::addColumn<quint64>("together");
    QTest::newRow("both") << QByteArray("4096\n") << QByteArray("1000\n") << quint64(5096);
    QTest::newRow("no swap") << QByteArray("4096\n") << QByteArray("0\n") << quint64(4096);
    QTest::newRow("memory only") << QByteArray("4096\n") << QByteArray("max\n") << quint64(kUnlimited);
    QTest::newRow("swap only") << QByteArray("max\n") << QByteArray("1000\n") << quint64(kUnlimited);
}

void TestCgroupStatistics::swapLimitOfV2()
{
    QFETCH(QByteArray, memory);
    QFETCH(QByteArray, swap);
    QFETCH(quint64, together);
    FakeTrees trees;
    trees.put(u"two/memory.current"_s, "1000\n");
    trees.put(u"two/memory.swap.current"_s, "24\n");
    trees.put(u"two/memory.max"_s, memory);
    trees.put(u"two/memory.swap.max"_s, swap);
    QCOMPARE(readTwo(trees).memory.swap.limitBytes, together);
    QCOMPARE(readTwo(trees).memory.swap.usageBytes, 1024u);
}

void TestCgroupStatistics::blockIoOfV2()
{
    FakeTrees trees;
    trees.put(u"two/io.stat"_s, "259:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:0 \n");
    const auto blockIo = readTwo(trees).blockIo;
    QCOMPARE(blockIo.serviceBytes.size(), 2u);
    QCOMPARE(blockIo.serviceBytes[0].major, 259u);
    QCOMPARE(blockIo.serviceBytes[0].operation, "Read");
    QCOMPARE(blockIo.serviceBytes[0].value, 4096u);
    QCOMPARE(blockIo.serviceBytes[1].operation, "Write");
    QCOMPARE(blockIo.serviceBytes[1].value, 8192u);
    QCOMPARE(blockIo.serviced[0].value, 1u);
    QCOMPARE(blockIo.serviced[1].value, 2u);
}

void TestCgroupStatistics::pids_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<quint64>("limit");
    QTest::newRow("no limit") << QByteArray("max\n") << quint64(0);
    QTest::newRow("a limit") << QByteArray("50\n") << quint64(50);
}

void TestCgroupStatistics::pids()
{
    QFETCH(QByteArray, text);
    QFETCH(quint64, limit);
    FakeTrees trees;
    for (const auto& tree : {u"pids"_s, u"two"_s}) {
        trees.put(tree + u"/pids.current"_s, "3\n");
        trees.put(tree + u"/pids.max"_s, text);
    }
    for (const auto& statistics : {readOne(trees), readTwo(trees)}) {
        QCOMPARE(statistics.pids.current, 3u);
        QCOMPARE(statistics.pids.limit, limit);
    }
}

void TestCgroupStatistics::lists_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<int>>("numbers");
    QTest::newRow("empty") << QByteArray("\n") << QList<int>{};
    QTest::newRow("one") << QByteArray("7\n") << QList<int>{7};
    QTest::newRow("ranges") << QByteArray("0-2,5,8-9\n") << QList<int>{0, 1, 2, 5, 8, 9};
}

void TestCgroupStatistics::lists()
{
    QFETCH(QByteArray, text);
    QFETCH(QList<int>, numbers);
    const auto found = cgroup::numbersOfList(text.toStdString());
    QCOMPARE(QList<int>(found.begin(), found.end()), numbers);
}

void TestCgroupStatistics::rdma()
{
    FakeTrees trees;
    trees.put(u"rdma/rdma.current"_s, "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=3 hca_object=max\n");
    trees.put(u"two/rdma.current"_s, "mlx4_0 hca_handle=2 hca_object=2000\n");
    const auto one = readOne(trees).rdma;
    QCOMPARE(one.size(), 2u);
    QCOMPARE(one[0].device, "mlx4_0");
    QCOMPARE(one[0].handles, 2u);
    QCOMPARE(one[0].objects, 2000u);
    QCOMPARE(one[1].objects, 0u);
    QCOMPARE(readTwo(trees).rdma.size(), 1u);
}

void TestCgroupStatistics::aKernelWithoutFiles()
{
    const FakeTrees trees;
    for (const auto& statistics : {readOne(trees), readTwo(trees)}) {
        QCOMPARE(statistics.cpu.totalNsec, 0u);
        QVERIFY(statistics.memory.raw.empty());
        QVERIFY(statistics.blockIo.serviced.empty());
        QVERIFY(statistics.hugepages.empty());
    }
}

void TestCgroupStatistics::noSuchCgroup()
{
    const FakeTrees trees;
    for (const auto& tree : {trees.v1(kControllers), trees.v2()}) {
        const auto statistics = cgroup::readStatistics(tree, "/lamella/y");
        QVERIFY(!statistics);
        QCOMPARE(statistics.error().kind, ErrorKind::NotFound);
    }
}

void TestCgroupStatistics::oomNeedsAMemoryController()
{
    const FakeTrees trees;
    for (const auto& tree : {trees.v1({"cpu"}), trees.v2()}) {
        const auto watch = cgroup::OomWatch::start(tree, "/lamella/x");
        QVERIFY(!watch);
        QCOMPARE(watch.error().kind, ErrorKind::Unsupported);
    }
}

QTEST_GUILESS_MAIN(TestCgroupStatistics)
#include "tst_cgroup_statistics.moc"
