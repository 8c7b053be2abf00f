// SPDX-License-Identifier: GPL-3.0-or-later
#include "running.h"

#include <QDir>
#include <QTest>

#include <functional>

using namespace lamella;
using namespace lamella::test;

using Change = std::function<void(oci::LinuxResources&)>;

/// linux.resources of a config.json as the container finds them (this machine has cgroup v1; tst_cgroup_v2 has the
/// other).
class TestRuntimeResources : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void limits_data();
    void limits();
    void devices_data();
    void devices();
    void refused_data();
    void refused();
    void joinsTreesWithoutLimits();
    void takesACgroupThatIsThere();
};

void TestRuntimeResources::limits_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* file, const char* text, const Change& change) {
        QTest::newRow(file) << change << QString::fromLatin1(file) << QByteArray(text) + '\n';
    };
    row("memory/memory.limit_in_bytes", "67108864", [](auto& r) { r.memory.limit = 64 << 20; });
    row("memory/memory.soft_limit_in_bytes", "33554432", [](auto& r) { r.memory.reservation = 32 << 20; });
    row("memory/memory.memsw.limit_in_bytes", "134217728", [](auto& r) {
        r.memory.limit = 64 << 20;
        r.memory.swap = 128 << 20;
    });
    row("memory/memory.kmem.tcp.limit_in_bytes", "8192", [](auto& r) { r.memory.kernelTcp = 8192; });
    row("memory/memory.swappiness", "7", [](auto& r) { r.memory.swappiness = 7; });
    row("memory/memory.use_hierarchy", "1", [](auto& r) { r.memory.useHierarchy = true; });
    row("cpu/cpu.shares", "513", [](auto& r) { r.cpu.shares = 513; });
    row("cpu/cpu.cfs_quota_us", "50000", [](auto& r) { r.cpu.quota = 50'000; });
    row("cpu/cpu.cfs_period_us", "50000", [](auto& r) { r.cpu.period = 50'000; });
    row("cpu/cpu.cfs_burst_us", "10000", [](auto& r) {
        r.cpu.quota = 50'000;
        r.cpu.burst = 10'000;
    });
    row("cpu/cpu.idle", "1", [](auto& r) {
        r.cpu.shares = 512;
        r.cpu.idle = 1;
    });
    row("cpuset/cpuset.cpus", "0", [](auto& r) { r.cpu.cpus = "0"; });
    row("cpuset/cpuset.mems", "0", [](auto& r) { r.cpu.mems = "0"; });
    row("pids/pids.max", "33", [](auto& r) { r.pidsLimit = 33; });
}

void TestRuntimeResources::limits()
{
    QFETCH(Change, change);
    QFETCH(QString, file);
    QFETCH(QByteArray, text);
    Bundle bundle{Kind::Plain};
    change(bundle.spec.linux.resources);
    bundle.setCommand({QStringLiteral("cat"), QStringLiteral("/sys/fs/cgroup/") + file});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, text);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeResources::devices_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("line"); // of devices.list
    QTest::addColumn<bool>("there");
    const auto row = [](const char* name, const char* line, bool there, const std::vector<oci::DeviceRule>& rules) {
        QTest::newRow(name) << Change{[rules](auto& r) { r.devices = rules; }} << QByteArray(line) + '\n' << there;
    };
    row("the default ones", "c 1:3 rwm", true, {});
    row("nothing else", "a *:* rwm", false, {});
    row("one more", "c 10:229 rw", true, {{false, 'a', {}, {}, "rwm"}, {true, 'c', 10, 229, "rw"}});
    row("the default ones after all are denied", "c 5:2 rwm", true, {{false, 'a', {}, {}, "rwm"}});
    row("a range", "b 8:* r", true, {{true, 'b', 8, {}, "r"}});
    row("everything", "a *:* rwm", true, {{true, 'a', {}, {}, "rwm"}});
}

void TestRuntimeResources::devices()
{
    QFETCH(Change, change);
    QFETCH(QByteArray, line);
    QFETCH(bool, there);
    Bundle bundle{Kind::Plain};
    change(bundle.spec.linux.resources);
    bundle.setCommand({QStringLiteral("cat"), QStringLiteral("/sys/fs/cgroup/devices/devices.list")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(('\n' + outcome.out).contains('\n' + line), there);
}

void TestRuntimeResources::refused_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("words");
    const auto row
        = [](const char* words, const Change& change) { QTest::newRow(words) << change << QByteArray(words); };
    row("unified is for cgroup v2", [](auto& r) { r.unified = {{"memory.high", "1"}}; });
    row("no cgroup v1 hugetlb controller", [](auto& r) { r.hugepageLimits = {{"2MB", 0}}; });
    row("no cgroup v1 rdma controller", [](auto& r) { r.rdma = {{"mlx5_1", {1, 1}}}; });
    row("cannot make the rule",
        [](auto& r) { r.devices = {{true, 'c', 10, {}, "rwm"}, {false, 'c', 10, 229, "rwm"}}; });
    row("blockIO.weight: 5", [](auto& r) { r.blockIo.weight = 5; });
    row("the cgroups above it must have as much", [](auto& r) { r.cpu.realtimeRuntime = 1000; });
    row("4000:1 600", [](auto& r) { r.blockIo.throttleReadBps = {{4000, 1, 600}}; });
}

void TestRuntimeResources::refused()
{
    QFETCH(Change, change);
    QFETCH(QByteArray, words);
    Bundle bundle{Kind::Plain};
    change(bundle.spec.linux.resources);
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QVERIFY(outcome.status != 0);
    QVERIFY2(outcome.err.contains(words), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// systemd looks for processes in its own tree, and cgroup.kill ends those of the v2 tree, also beside v1.
void TestRuntimeResources::joinsTreesWithoutLimits()
{
    Bundle bundle{Kind::User};
    const QByteArray path = QByteArray::fromStdString(bundle.spec.linux.cgroupsPath) + '\n';
    const int pid = startSleeping(bundle);
    QVERIFY(pid > 1);
    QFile file{QStringLiteral("/proc/%1/cgroup").arg(pid)};
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray joined = file.readAll();
    const Outcome exec = bundle.runtime(
        {QStringLiteral("exec"), bundle.id(), QStringLiteral("cat"), QStringLiteral("/proc/self/cgroup")});
    QCOMPARE(exec.err, QByteArray{});
    bool some = false;
    for (const auto& [mount, name] : {std::pair{"unified", "0::"}, {"systemd", "name=systemd:"}}) {
        if (!QFile::exists(QStringLiteral("/sys/fs/cgroup/%1/cgroup.procs").arg(QLatin1String(mount))))
            continue;
        some = true;
        QVERIFY2(joined.contains(name + path), joined);
        QVERIFY2(exec.out.contains(QByteArray{name} + "/\n"), exec.out);
    }
    if (!some)
        QSKIP("needs a v2 tree or systemd's beside v1");
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()}).err, QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// Engines make it before; with a process in it, it is somebody else's.
void TestRuntimeResources::takesACgroupThatIsThere()
{
    Bundle bundle{Kind::Plain};
    const QString cgroup
        = QStringLiteral("/sys/fs/cgroup/pids") + QString::fromStdString(bundle.spec.linux.cgroupsPath);
    QVERIFY(QDir().mkpath(cgroup));
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.status == 0, outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});

    QVERIFY(QDir().mkpath(cgroup));
    QProcess sleeper;
    sleeper.start(QStringLiteral("sleep"), {QStringLiteral("100")});
    QVERIFY(sleeper.waitForStarted());
    QFile processes(cgroup + QStringLiteral("/cgroup.procs"));
    QVERIFY(processes.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    QVERIFY(processes.write(QByteArray::number(sleeper.processId())) > 0);
    const Outcome second = bundle.run();
    sleeper.kill();
    sleeper.waitForFinished();
    QVERIFY(second.status != 0);
    QVERIFY2(second.err.contains("has processes in it"), second.err);
    QVERIFY(QDir().rmdir(cgroup));
}

QTEST_GUILESS_MAIN(TestRuntimeResources)
#include "test_runtime_resources.moc"
