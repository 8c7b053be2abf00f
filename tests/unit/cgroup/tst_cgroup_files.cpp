// SPDX-License-Identifier: GPL-3.0-or-later
// Both drivers on trees of ordinary files: what is written where, and how what the kernel says is read. Creation,
// killing and removal need a kernel: tests/privileged/cgroup.
#include "engine/cgroup/layout.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;
using cgroup::Resources;

Q_DECLARE_METATYPE(Resources)

namespace {

using Files = std::map<QString, QByteArray>;

QString words(const Error& error)
{
    return QString::fromStdString(error.message);
}

} // namespace

class TestCgroupFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void appliesToV1_data();
    void appliesToV1();
    void appliesToV2_data();
    void appliesToV2();
    void v1NeedsNoSwapAccounting();
    void v2NeedsNoSwapAccounting();
    void missingControllerIsNamed();
    void refusesSwapBelowMemory();
    void readsUsageOfV1();
    void readsUsageOfV2();
    void usageOfAKernelWithLess();
    void readsProcessesOfChildrenToo();
    void opensOnlyWhatIsThere();

private:
    void put(const QString& path, const QByteArray& text);
    QByteArray get(const QString& path) const;
    std::unique_ptr<cgroup::Cgroup> openV1();
    std::unique_ptr<cgroup::Cgroup> openV2();
    QString base() const { return m_directory->path(); }
    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestCgroupFiles::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    for (const char* file :
         {"cpu/lamella/x/cpu.shares", "cpu/lamella/x/cpu.cfs_period_us", "cpu/lamella/x/cpu.cfs_quota_us",
          "memory/lamella/x/memory.limit_in_bytes", "memory/lamella/x/memory.memsw.limit_in_bytes",
          "memory/lamella/x/memory.soft_limit_in_bytes", "cpuset/lamella/x/cpuset.cpus", "cpuset/lamella/x/cpuset.mems",
          "pids/lamella/x/pids.max", "two/lamella/x/cpu.weight", "two/lamella/x/memory.max", "two/lamella/x/memory.low",
          "two/lamella/x/memory.swap.max", "two/lamella/x/cpuset.cpus", "two/lamella/x/cpuset.mems",
          "two/lamella/x/pids.max"})
        put(QString::fromLatin1(file), "-");
    put(QStringLiteral("two/lamella/x/cpu.max"), "max 100000\n");
}

void TestCgroupFiles::put(const QString& path, const QByteArray& text)
{
    const QString whole = base() + u'/' + path;
    QVERIFY(QDir().mkpath(QFileInfo(whole).path()));
    QFile file(whole);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(text), text.size());
}

// A real cgroup file replaces its value; an ordinary one keeps the rest of a longer one, which is why they start with
// one byte.
QByteArray TestCgroupFiles::get(const QString& path) const
{
    QFile file(base() + u'/' + path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no such file");
}

std::unique_ptr<cgroup::Cgroup> TestCgroupFiles::openV1()
{
    cgroup::Layout layout;
    for (const char* controller : {"cpu", "cpuset", "memory", "pids"})
        layout.v1.push_back({{controller}, (base() + u'/' + QString::fromLatin1(controller)).toStdString()});
    layout.v1[0].controllers.push_back("cpuacct");
    return cgroup::open(cgroup::openTrees(layout).value(), "/lamella/x").value();
}

std::unique_ptr<cgroup::Cgroup> TestCgroupFiles::openV2()
{
    const cgroup::Layout layout{cgroup::Mode::V2, {}, (base() + QStringLiteral("/two")).toStdString()};
    return cgroup::open(cgroup::openTrees(layout).value(), "/lamella/x").value();
}

void TestCgroupFiles::appliesToV1_data()
{
    QTest::addColumn<Resources>("resources");
    QTest::addColumn<Files>("files");
    const auto row = [](const char* name, const Resources& resources, const Files& files) {
        QTest::newRow(name) << resources << files;
    };
    const QString memory = QStringLiteral("memory/lamella/x/memory.");
    const QString cpu = QStringLiteral("cpu/lamella/x/cpu.");
    row("nothing", {},
        {{memory + u"limit_in_bytes"_s, "-"},
         {cpu + u"shares"_s, "-"},
         {QStringLiteral("pids/lamella/x/pids.max"), "-"}});
    row("memory", {.memoryLimit = 64_MiB, .memoryReservation = 32_MiB},
        {{memory + u"limit_in_bytes"_s, "67108864"},
         {memory + u"soft_limit_in_bytes"_s, "33554432"},
         {memory + u"memsw.limit_in_bytes"_s, "-"}});
    row("memory and swap", {.memoryLimit = 64_MiB, .memorySwap = 128 << 20},
        {{memory + u"limit_in_bytes"_s, "67108864"}, {memory + u"memsw.limit_in_bytes"_s, "134217728"}});
    row("no memory limit", {.memoryLimit = Bytes{0}, .memorySwap = -1},
        {{memory + u"limit_in_bytes"_s, "-1"}, {memory + u"memsw.limit_in_bytes"_s, "-1"}});
    row("cpu", {.cpuShares = 1000, .cpuQuotaUsec = 150'000, .cpuPeriodUsec = 100'000},
        {{cpu + u"shares"_s, "1000"}, {cpu + u"cfs_quota_us"_s, "150000"}, {cpu + u"cfs_period_us"_s, "100000"}});
    row("no quota", {.cpuQuotaUsec = 0}, {{cpu + u"cfs_quota_us"_s, "-1"}, {cpu + u"cfs_period_us"_s, "-"}});
    row("cpuset", {.cpusetCpus = "0-1", .cpusetMems = "0"},
        {{QStringLiteral("cpuset/lamella/x/cpuset.cpus"), "0-1"},
         {QStringLiteral("cpuset/lamella/x/cpuset.mems"), "0"}});
    row("pids", {.pidsMax = 100}, {{QStringLiteral("pids/lamella/x/pids.max"), "100"}});
    row("no pids limit", {.pidsMax = -1}, {{QStringLiteral("pids/lamella/x/pids.max"), "max"}});
}

void TestCgroupFiles::appliesToV1()
{
    QFETCH(Resources, resources);
    QFETCH(Files, files);
    const auto applied = openV1()->apply(resources);
    QVERIFY2(applied.has_value(), applied ? "" : qPrintable(words(applied.error())));
    for (const auto& [path, text] : files)
        QCOMPARE(get(path), text);
}

void TestCgroupFiles::appliesToV2_data()
{
    QTest::addColumn<Resources>("resources");
    QTest::addColumn<Files>("files");
    const QString x = QStringLiteral("two/lamella/x/");
    const auto row = [&](const char* name, const Resources& resources, const std::map<const char*, QByteArray>& files) {
        Files whole;
        for (const auto& [path, text] : files)
            whole[x + QString::fromLatin1(path)] = text;
        QTest::newRow(name) << resources << whole;
    };
    row("nothing", {}, {{"memory.max", "-"}, {"cpu.max", "max 100000\n"}, {"pids.max", "-"}});
    row("memory", {.memoryLimit = 64_MiB, .memoryReservation = 32_MiB},
        {{"memory.max", "67108864"}, {"memory.low", "33554432"}});
    row("memory and swap together", {.memoryLimit = 64_MiB, .memorySwap = 96 << 20},
        {{"memory.max", "67108864"}, {"memory.swap.max", "33554432"}});
    row("no swap", {.memoryLimit = 64_MiB, .memorySwap = 64 << 20}, {{"memory.swap.max", "0"}});
    row("no memory limit", {.memoryLimit = Bytes{0}, .memorySwap = -1},
        {{"memory.max", "max"}, {"memory.swap.max", "max"}});
    row("shares", {.cpuShares = 1024}, {{"cpu.weight", "100"}});
    row("quota and period", {.cpuQuotaUsec = 1'500'000, .cpuPeriodUsec = 1'000'000}, {{"cpu.max", "1500000 1000000"}});
    row("period alone keeps the quota", {.cpuPeriodUsec = 1'000'000}, {{"cpu.max", "max 1000000"}});
    row("no quota", {.cpuQuotaUsec = 0, .cpuPeriodUsec = 100'000}, {{"cpu.max", "max 100000\n"}});
    row("cpuset", {.cpusetCpus = "0-1", .cpusetMems = "0"}, {{"cpuset.cpus", "0-1"}, {"cpuset.mems", "0"}});
    row("pids", {.pidsMax = 100}, {{"pids.max", "100"}});
    row("no pids limit", {.pidsMax = -1}, {{"pids.max", "max"}});
}

void TestCgroupFiles::appliesToV2()
{
    QFETCH(Resources, resources);
    QFETCH(Files, files);
    const auto applied = openV2()->apply(resources);
    QVERIFY2(applied.has_value(), applied ? "" : qPrintable(words(applied.error())));
    for (const auto& [path, text] : files)
        QCOMPARE(get(path), text);
}

void TestCgroupFiles::v1NeedsNoSwapAccounting()
{
    QVERIFY(QFile::remove(base() + QStringLiteral("/memory/lamella/x/memory.memsw.limit_in_bytes")));
    QVERIFY(openV1()->apply({.memoryLimit = 64_MiB, .memorySwap = 128 << 20}).has_value());
    QCOMPARE(get(QStringLiteral("memory/lamella/x/memory.limit_in_bytes")), "67108864");
}

void TestCgroupFiles::v2NeedsNoSwapAccounting()
{
    QVERIFY(QFile::remove(base() + QStringLiteral("/two/lamella/x/memory.swap.max")));
    QVERIFY(openV2()->apply({.memoryLimit = 64_MiB, .memorySwap = 128 << 20}).has_value());
    QCOMPARE(get(QStringLiteral("two/lamella/x/memory.max")), "67108864");
}

void TestCgroupFiles::missingControllerIsNamed()
{
    const cgroup::Layout layout{cgroup::Mode::V1, {{{"cpu"}, (base() + QStringLiteral("/cpu")).toStdString()}}, {}};
    const auto group = cgroup::open(cgroup::openTrees(layout).value(), "/lamella/x").value();
    const auto applied = group->apply({.pidsMax = 4});
    QVERIFY(!applied);
    QCOMPARE(applied.error().kind, ErrorKind::Unsupported);
    QVERIFY(words(applied.error()).contains(u"pids"));
}

void TestCgroupFiles::refusesSwapBelowMemory()
{
    const auto applied = openV2()->apply({.memoryLimit = 64_MiB, .memorySwap = 32 << 20});
    QVERIFY(!applied);
    QCOMPARE(applied.error().kind, ErrorKind::InvalidArgument);
    QCOMPARE(get(QStringLiteral("two/lamella/x/memory.max")), "-");
}

void TestCgroupFiles::readsUsageOfV1()
{
    put(QStringLiteral("cpu/lamella/x/cpuacct.usage"), "123456789\n");
    put(QStringLiteral("cpu/lamella/x/cpu.stat"), "nr_periods 10\nnr_throttled 3\nthrottled_time 7000000\n");
    put(QStringLiteral("pids/lamella/x/pids.current"), "12\n");
    put(QStringLiteral("memory/lamella/x/memory.usage_in_bytes"), "1000000\n");
    put(QStringLiteral("memory/lamella/x/memory.stat"),
        "cache 1\nrss 2\ninactive_file 3\ntotal_cache 400000\ntotal_rss 500000\ntotal_rss_huge 9\ntotal_inactive_file "
        "250000\n");
    put(QStringLiteral("memory/lamella/x/memory.kmem.usage_in_bytes"), "60000\n");
    put(QStringLiteral("memory/lamella/x/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
    const auto usage = openV1()->usage().value();
    QCOMPARE(usage.cpuUsec, 123456u);
    QCOMPARE(usage.throttledUsec, 7000u);
    QCOMPARE(usage.pids, 12u);
    QCOMPARE(usage.memory.value, 750000u);
    QCOMPARE(usage.memoryAnon.value, 500000u);
    QCOMPARE(usage.memoryFile.value, 400000u);
    QCOMPARE(usage.memoryKernel.value, 60000u);
    QCOMPARE(usage.oomKills, 4u);
}

void TestCgroupFiles::readsUsageOfV2()
{
    put(QStringLiteral("two/lamella/x/cpu.stat"),
        "usage_usec 5000\nuser_usec 1\nsystem_usec 2\nnr_throttled 1\nthrottled_usec 800\n");
    put(QStringLiteral("two/lamella/x/pids.current"), "3\n");
    put(QStringLiteral("two/lamella/x/memory.current"), "1000\n");
    put(QStringLiteral("two/lamella/x/memory.stat"),
        "anon 500\nfile 400\nkernel 60\nkernel_stack 16\nfile_mapped 9\ninactive_anon 1\ninactive_file 1200\n");
    put(QStringLiteral("two/lamella/x/memory.events"), "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 0\n");
    const auto usage = openV2()->usage().value();
    QCOMPARE(usage.cpuUsec, 5000u);
    QCOMPARE(usage.throttledUsec, 800u);
    QCOMPARE(usage.pids, 3u);
    QCOMPARE(usage.memory.value, 0u); // more inactive cache than use: the two files are read one after the other
    QCOMPARE(usage.memoryAnon.value, 500u);
    QCOMPARE(usage.memoryFile.value, 400u);
    QCOMPARE(usage.memoryKernel.value, 60u);
    QCOMPARE(usage.oomKills, 2u);
}

void TestCgroupFiles::usageOfAKernelWithLess()
{
    put(QStringLiteral("two/lamella/x/cpu.stat"), "usage_usec 5000\n");
    QCOMPARE(openV2()->usage().value().cpuUsec, 5000u);
    QCOMPARE(openV2()->usage().value().memory.value, 0u);
    const auto gone = openV1()->usage(); // every kernel has cpuacct.usage
    QVERIFY(!gone);
    QCOMPARE(gone.error().kind, ErrorKind::NotFound);
    put(QStringLiteral("cpu/lamella/x/cpuacct.usage"), "5000\n");
    QCOMPARE(openV1()->usage().value().cpuUsec, 5u);
    QCOMPARE(openV1()->usage().value().memory.value, 0u);
}

void TestCgroupFiles::readsProcessesOfChildrenToo()
{
    put(QStringLiteral("two/lamella/x/cgroup.procs"), "10\n0\n20\n");
    put(QStringLiteral("two/lamella/x/inner/cgroup.procs"), "30\n");
    put(QStringLiteral("two/lamella/x/inner/most/cgroup.procs"), "40\n99999999999999999999\nx\n");
    // 0 is a process that this pid namespace does not see. It must never be handed to kill(2).
    QCOMPARE(openV2()->processes().value(), (std::vector<pid_t>{10, 20, 30, 40}));
}

void TestCgroupFiles::opensOnlyWhatIsThere()
{
    const cgroup::Layout layout{cgroup::Mode::V2, {}, (base() + QStringLiteral("/two")).toStdString()};
    const auto missing = cgroup::open(cgroup::openTrees(layout).value(), "/lamella/y");
    QVERIFY(!missing);
    QCOMPARE(missing.error().kind, ErrorKind::NotFound);
    QVERIFY(QFile::link(base() + QStringLiteral("/two/lamella/x"), base() + QStringLiteral("/two/lamella/link")));
    QVERIFY(!cgroup::open(cgroup::openTrees(layout).value(), "/lamella/link"));
    QVERIFY(!cgroup::openTrees({cgroup::Mode::V2, {}, "/no/such/tree"}));
}

QTEST_GUILESS_MAIN(TestCgroupFiles)
#include "tst_cgroup_files.moc"
