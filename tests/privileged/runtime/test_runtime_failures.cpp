// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"

#include <QTest>

#include <functional>

using namespace lamella;
using namespace lamella::test;

using Break = std::function<void(Bundle&)>;
Q_DECLARE_METATYPE(Break)

/// Each step that can fail says so by name and leaves nothing.
class TestRuntimeFailures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void leavesNothing_data();
    void leavesNothing();
    void runtimeKilledWhileItCreates();
    void sameNameTwice();
};

void TestRuntimeFailures::leavesNothing_data()
{
    QTest::addColumn<Break>("change");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* name, const char* message, Break change) {
        QTest::newRow(name) << change << QByteArray{message};
    };
    row("no such program", "cannot run nosuch: executable file not found",
        [](Bundle& b) { b.spec.process.args = {"nosuch"}; });
    row("not executable", "cannot run /etc/passwd: permission denied",
        [](Bundle& b) { b.spec.process.args = {"/etc/passwd"}; });
    row("working directory is a file", "working directory /etc/passwd",
        [](Bundle& b) { b.spec.process.cwd = "/etc/passwd"; });
    row("no such bind source", "/no/such/source",
        [](Bundle& b) { b.spec.mounts.push_back({"/vol", "bind", "/no/such/source", {"bind"}}); });
    row("target below a file", "cannot mount /etc/passwd/below",
        [](Bundle& b) { b.spec.mounts.push_back({"/etc/passwd/below", "tmpfs", "tmpfs", {}}); });
    row("bad size of a tmpfs", "cannot mount /vol",
        [](Bundle& b) { b.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {"size=many"}}); });
    row("terminal without devpts", "cannot make the terminal", [](Bundle& b) {
        std::erase_if(b.spec.mounts, [](const oci::Mount& mount) { return mount.type == "devpts"; });
        b.spec.process.terminal = true;
    });
    row("user that is not mapped", "cannot become the user", [](Bundle& b) { b.spec.process.user.uid = 70000; });
    row("sysctl that the kernel refuses", "cannot set net.ipv4.ip_default_ttl",
        [](Bundle& b) { b.spec.linux.sysctl = {{"net.ipv4.ip_default_ttl", "nonsense"}}; });
    row("no such layer", "cannot mount the root file system", [](Bundle& b) {
        b.spec.annotations[std::string{oci::kAnnotationLower}] = b.directory().toStdString() + "/layers/none";
    });
    row("layer outside of the layers", "is not below",
        [](Bundle& b) { b.spec.annotations[std::string{oci::kAnnotationLower}] = "/etc"; });
    row("network namespace that is none", "/etc/passwd", [](Bundle& b) {
        for (oci::Namespace& space : b.spec.linux.namespaces) {
            if (space.type == oci::NamespaceType::Network)
                space.path = "/etc/passwd";
        }
    });
    row("cpus that are not there", "cpuset.cpus", [](Bundle& b) { b.spec.linux.resources.cpu.cpus = "4000"; });
}

void TestRuntimeFailures::leavesNothing()
{
    QFETCH(Break, change);
    QFETCH(QByteArray, message);
    Bundle bundle{Kind::Overlay};
    bundle.setCommand({QStringLiteral("true")});
    change(bundle);
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains(message), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
    const Outcome created = bundle.runtime({QStringLiteral("state"), bundle.id()});
    QVERIFY2(created.err.contains("container does not exist"), created.err);
}

/// Nothing of a creating runtime that is killed stays alive: its child notices the end of the channel or of the gate.
void TestRuntimeFailures::runtimeKilledWhileItCreates()
{
    Bundle bundle{Kind::Overlay};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("60")});
    bundle.write();
    QProcess process;
    process.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QVERIFY(process.waitForStarted());
    const QString tasks
        = QStringLiteral("/sys/fs/cgroup/pids%1/tasks").arg(QString::fromStdString(bundle.spec.linux.cgroupsPath));
    const auto members = [&] {
        QFile file{tasks};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    };
    while (members().isEmpty() && process.state() == QProcess::Running)
        QTest::qWait(0);
    process.kill();
    QVERIFY(process.waitForFinished());
    // The program may have been started in the meantime; the container can be removed in either case.
    const Outcome removed = bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()});
    QCOMPARE(removed.err, QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeFailures::sameNameTwice()
{
    Bundle bundle{Kind::Overlay};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("60")});
    bundle.write();
    // A container inherits the streams of the runtime: they must not be this test's pipes.
    const QStringList create{QStringLiteral("create"), QStringLiteral("-b"), bundle.directory(), bundle.id()};
    QProcess first;
    first.setStandardOutputFile(QProcess::nullDevice());
    first.setStandardErrorFile(QProcess::nullDevice());
    first.start(runtimeProgram(), bundle.runtimeArguments(create));
    QVERIFY(first.waitForFinished(20'000));
    QCOMPARE(first.exitCode(), 0);
    const Outcome second = bundle.runtime(create);
    QCOMPARE(second.status, 1);
    QVERIFY2(second.err.contains("already"), second.err);
    const Outcome state = bundle.runtime({QStringLiteral("state"), bundle.id()});
    QVERIFY2(state.out.contains("\"created\""), state.out);
}

QTEST_GUILESS_MAIN(TestRuntimeFailures)
#include "test_runtime_failures.moc"
