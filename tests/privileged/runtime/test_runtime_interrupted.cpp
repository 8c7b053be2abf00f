// SPDX-License-Identifier: GPL-3.0-or-later
#include "running.h"

#include <QDir>
#include <QElapsedTimer>
#include <QScopeGuard>
#include <QTest>

#include <csignal>
#include <memory>
#include <sys/prctl.h>
#include <sys/wait.h>

using namespace lamella;
using namespace lamella::test;

using HookList = std::vector<oci::Hook> oci::Hooks::*;
Q_DECLARE_METATYPE(HookList)

/// Commands that are ended, or whose container is, while they wait for something that does not come: none holds up who
/// comes after it, and nothing is left.
class TestRuntimeInterrupted : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void deleteWhileAHookHangs_data();
    void deleteWhileAHookHangs();
    void killWhileAHookHangs_data() { hooksOfTheCreation(); }
    void killWhileAHookHangs();
    void deleteWhileAPoststartHookHangs_data();
    void deleteWhileAPoststartHookHangs();
    void deleteWhileAPoststopHookHangs();
    void signalToTheRuntime_data();
    void signalToTheRuntime();
    void signalWhileTheProcessIsFrozen();
    void hookThatLeavesWritersBehind();
    void noCommandEntersWhatIsBeingMade();
    void endedBeforeItsProgram_data();
    void endedBeforeItsProgram();
    void runLeavesItsSuccessorAlone();

private:
    static void hooksOfTheCreation();
};

namespace {

constexpr int kSoon = 8'000; ///< ms

/// The directory /vol of the container, which the host sees too.
QString shared(const Bundle& bundle)
{
    return bundle.image() + QStringLiteral("/vol");
}

/// A hook that tells that it runs, in the file "hook" of the shared directory, and then hangs. `directory` is that one
/// as the hook sees it.
oci::Hook hangingHook(const QString& directory)
{
    const QString script = QStringLiteral("echo $$ >%1/hook; exec sleep 1000").arg(directory);
    return {"/bin/sh", {"sh", "-c", script.toStdString()}, {{"PATH=/usr/bin:/bin"}}, std::nullopt};
}

void addHangingHook(Bundle& bundle, HookList list)
{
    const bool isInside = list == &oci::Hooks::startContainer;
    (bundle.spec.hooks.*list).push_back(hangingHook(isInside ? QStringLiteral("/vol") : shared(bundle)));
}

QByteArray contentOf(const QString& path)
{
    QFile file{path};
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
}

bool hookRuns(const Bundle& bundle)
{
    return contentOf(shared(bundle) + QStringLiteral("/hook")).endsWith('\n');
}

/// A hook of the host's PID namespace, by the PID that it told.
bool hookIsLeft(const Bundle& bundle)
{
    const QByteArray pid = contentOf(shared(bundle) + QStringLiteral("/hook")).trimmed();
    return contentOf(QStringLiteral("/proc/%1/cmdline").arg(QString::fromLatin1(pid))).startsWith("sleep");
}

/// A command that goes on beside the test.
class Beside {
public:
    Beside(const Bundle& bundle, const QStringList& arguments)
        : m_errors(bundle.directory() + QStringLiteral("/err"))
    {
        m_process.setStandardInputFile(QProcess::nullDevice());
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.setStandardErrorFile(m_errors);
        m_process.start(runtimeProgram(), bundle.runtimeArguments(arguments));
        m_process.waitForStarted();
    }
    ~Beside()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(Beside)

    void signal(int number) const { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    /// Its status; -1 where it does not end, or was ended by a signal.
    int status()
    {
        const bool ended = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(20'000);
        return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }
    QByteArray errors() const { return contentOf(m_errors); }

private:
    QProcess m_process;
    QString m_errors;
};

QStringList createArguments(const Bundle& bundle)
{
    return {QStringLiteral("create"), QStringLiteral("-b"), bundle.directory(), bundle.id()};
}

Outcome deleteByForce(const Bundle& bundle)
{
    return bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()});
}

pid_t pidOf(const Bundle& bundle)
{
    const Outcome state = bundle.runtime({QStringLiteral("state"), bundle.id()});
    return QJsonDocument::fromJson(state.out).object().value(u"pid").toInt();
}

} // namespace

void TestRuntimeInterrupted::hooksOfTheCreation()
{
    QTest::addColumn<HookList>("list");
    QTest::newRow("prestart") << &oci::Hooks::prestart;
    QTest::newRow("createRuntime") << &oci::Hooks::createRuntime;
    QTest::newRow("createContainer") << &oci::Hooks::createContainer;
}

void TestRuntimeInterrupted::deleteWhileAHookHangs_data()
{
    hooksOfTheCreation();
    QTest::newRow("startContainer") << &oci::Hooks::startContainer;
}

void TestRuntimeInterrupted::deleteWhileAHookHangs()
{
    QFETCH(HookList, list);
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, list);
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    Beside maker{bundle, {QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}};
    QTRY_VERIFY(hookRuns(bundle));
    QElapsedTimer time;
    time.start();
    const Outcome deleted = deleteByForce(bundle);
    QVERIFY2(deleted.status == 0, deleted.err);
    QVERIFY(time.elapsed() < kSoon);
    QCOMPARE(maker.status(), 1);
    QCOMPARE(maker.errors().count('\n'), 1);
    QVERIFY(!hookIsLeft(bundle));
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeInterrupted::killWhileAHookHangs()
{
    QFETCH(HookList, list);
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, list);
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    Beside maker{bundle, createArguments(bundle)};
    QTRY_VERIFY(hookRuns(bundle));
    const Outcome killed = bundle.runtime({QStringLiteral("kill"), bundle.id(), QStringLiteral("KILL")});
    QVERIFY2(killed.status == 0, killed.err);
    QCOMPARE(maker.status(), 1);
    QVERIFY(!hookIsLeft(bundle));
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeInterrupted::deleteWhileAPoststartHookHangs_data()
{
    QTest::addColumn<QString>("command");
    QTest::newRow("start") << QStringLiteral("start");
    QTest::newRow("run") << QStringLiteral("run");
}

/// It is no part of the container: who waits for it is its own runtime alone.
void TestRuntimeInterrupted::deleteWhileAPoststartHookHangs()
{
    QFETCH(QString, command);
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, &oci::Hooks::poststart);
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    bundle.write();
    QStringList arguments{command};
    if (command == QStringLiteral("start"))
        QCOMPARE(createOf(bundle).status, 0);
    else
        arguments << QStringLiteral("-d") << QStringLiteral("-b") << bundle.directory();
    Beside starter{bundle, arguments << bundle.id()};
    QTRY_VERIFY(hookRuns(bundle));
    const Outcome deleted = deleteByForce(bundle);
    QVERIFY2(deleted.status == 0, deleted.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
    ::kill(contentOf(shared(bundle) + QStringLiteral("/hook")).trimmed().toInt(), SIGKILL);
    QCOMPARE(starter.status(), 0); // such a hook that fails is a warning
}

void TestRuntimeInterrupted::deleteWhileAPoststopHookHangs()
{
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, &oci::Hooks::poststop);
    QVERIFY(startSleeping(bundle) > 1);
    Beside first{bundle, {QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()}};
    QTRY_VERIFY(hookRuns(bundle));
    const Outcome second = deleteByForce(bundle);
    QVERIFY2(second.status == 0, second.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
    ::kill(contentOf(shared(bundle) + QStringLiteral("/hook")).trimmed().toInt(), SIGKILL);
    QCOMPARE(first.status(), 0);
}

void TestRuntimeInterrupted::signalToTheRuntime_data()
{
    QTest::addColumn<HookList>("list");
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("number");
    const QStringList create{QStringLiteral("create")};
    const QStringList run{QStringLiteral("run")};
    const QStringList detached{QStringLiteral("run"), QStringLiteral("-d")};
    QTest::newRow("TERM, createRuntime") << &oci::Hooks::createRuntime << create << SIGTERM;
    QTest::newRow("INT, createContainer") << &oci::Hooks::createContainer << create << SIGINT;
    QTest::newRow("HUP, run, createRuntime") << &oci::Hooks::createRuntime << run << SIGHUP;
    QTest::newRow("TERM, run, startContainer") << &oci::Hooks::startContainer << run << SIGTERM;
    QTest::newRow("TERM, run -d, createContainer") << &oci::Hooks::createContainer << detached << SIGTERM;
}

void TestRuntimeInterrupted::signalToTheRuntime()
{
    QFETCH(HookList, list);
    QFETCH(QStringList, command);
    QFETCH(int, number);
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, list);
    bundle.spec.hooks.poststop.push_back(
        {"/bin/sh", {"sh", "-c", "echo >" + shared(bundle).toStdString() + "/stopped"}, {}, std::nullopt});
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    Beside maker{bundle, command + QStringList{QStringLiteral("-b"), bundle.directory(), bundle.id()}};
    QTRY_VERIFY(hookRuns(bundle));
    maker.signal(number);
    QCOMPARE(maker.status(), 1);
    QVERIFY2(maker.errors().contains("signal"), maker.errors());
    QVERIFY(!hookIsLeft(bundle));
    QCOMPARE(bundle.leftovers(), QStringList{});
    QVERIFY(QFile::exists(shared(bundle) + QStringLiteral("/stopped")));
}

/// In a cgroup whose parent is frozen nobody dies before that goes on.
void TestRuntimeInterrupted::signalWhileTheProcessIsFrozen()
{
    Bundle bundle{Kind::Plain};
    const QString parent = QStringLiteral("/sys/fs/cgroup/freezer")
        + QString::fromStdString(bundle.spec.linux.cgroupsPath) + QStringLiteral("-frozen");
    if (!QDir{}.mkpath(parent))
        QSKIP("needs the freezer of cgroup v1");
    bundle.spec.linux.cgroupsPath += "-frozen/container";
    const auto freeze = [&](const char* state) {
        QFile file{parent + QStringLiteral("/freezer.state")};
        return file.open(QIODevice::WriteOnly) && file.write(state) > 0;
    };
    QVERIFY(freeze("FROZEN"));
    const auto thawed = qScopeGuard([&] { freeze("THAWED"); });
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    Beside maker{bundle, createArguments(bundle)};
    QTRY_VERIFY(!contentOf(parent + QStringLiteral("/container/cgroup.procs")).isEmpty());
    maker.signal(SIGTERM);
    QCOMPARE(maker.status(), 1);
    QVERIFY2(maker.errors().contains("signal"), maker.errors());
    QVERIFY(freeze("THAWED"));
    QTRY_COMPARE(contentOf(parent + QStringLiteral("/container/cgroup.procs")), QByteArray{});
    const Outcome deleted = deleteByForce(bundle);
    QVERIFY2(deleted.status == 0, deleted.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
    for (const QString& tree : QDir{QStringLiteral("/sys/fs/cgroup")}.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        QDir{}.rmdir(QString{parent}.replace(QStringLiteral("/freezer/"), u'/' + tree + u'/'));
}

/// There is always something to read then, and never an end.
void TestRuntimeInterrupted::hookThatLeavesWritersBehind()
{
    Bundle bundle{Kind::Plain};
    const QString script
        = QStringLiteral("for i in $(seq 20); do head -c 1000000000 /dev/zero & done; echo $! >%1/hook")
              .arg(shared(bundle));
    bundle.spec.hooks.createRuntime.push_back({"/bin/sh", {"sh", "-c", script.toStdString()}, {}, 1});
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    QElapsedTimer time;
    time.start();
    Beside maker{bundle, createArguments(bundle)};
    QCOMPARE(maker.status(), 0);
    QVERIFY2(time.elapsed() < 2'000, "it waited for them, longer than the timeout");
    // With nobody who reads they end by SIGPIPE.
    const QString writer = QString::fromLatin1(contentOf(shared(bundle) + QStringLiteral("/hook")).trimmed());
    QVERIFY(writer.toInt() > 1);
    QTRY_VERIFY(!contentOf(QStringLiteral("/proc/%1/cmdline").arg(writer)).startsWith("head"));
}

/// Its mounts and namespaces are not complete: a program would run without what shall confine it.
void TestRuntimeInterrupted::noCommandEntersWhatIsBeingMade()
{
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, &oci::Hooks::createContainer);
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    Beside maker{bundle, createArguments(bundle)};
    QTRY_VERIFY(hookRuns(bundle));
    QVERIFY(bundle.runtime({QStringLiteral("state"), bundle.id()}).out.contains("\"creating\""));
    const Outcome entered = bundle.runtime({QStringLiteral("exec"), bundle.id(), QStringLiteral("true")});
    QCOMPARE(entered.status, 255);
    QVERIFY2(entered.err.contains("container not running"), entered.err);
    QCOMPARE(bundle.runtime({QStringLiteral("pause"), bundle.id()}).status, 1);
    QCOMPARE(deleteByForce(bundle).status, 0);
    QCOMPARE(maker.status(), 1);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeInterrupted::endedBeforeItsProgram_data()
{
    QTest::addColumn<QString>("command");
    QTest::newRow("start") << QStringLiteral("start");
    QTest::newRow("run") << QStringLiteral("run");
}

/// A hook holds it at the last step before its program.
void TestRuntimeInterrupted::endedBeforeItsProgram()
{
    QFETCH(QString, command);
    // Whom a process falls to that create has left may have taken its status before start looks: here nobody does.
    QCOMPARE(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    const auto end = qScopeGuard([] { ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); });
    Bundle bundle{Kind::Plain};
    addHangingHook(bundle, &oci::Hooks::startContainer);
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    QStringList arguments{command};
    if (command == QStringLiteral("start"))
        QCOMPARE(createOf(bundle).status, 0);
    else
        arguments << QStringLiteral("-b") << bundle.directory();
    Beside starter{bundle, arguments << bundle.id()};
    QTRY_VERIFY(hookRuns(bundle));
    const pid_t pid = pidOf(bundle);
    QVERIFY(pid > 1);
    QCOMPARE(::kill(pid, SIGKILL), 0);
    QCOMPARE(starter.status(), 1);
    QVERIFY2(starter.errors().contains("ended before"), starter.errors());
    ::waitpid(pid, nullptr, 0); // of run it is no child
    QCOMPARE(deleteByForce(bundle).status, 0);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// While it is held up its container is deleted, and another one gets the same name and the same cgroup.
void TestRuntimeInterrupted::runLeavesItsSuccessorAlone()
{
    Bundle bundle{Kind::Plain};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    bundle.write();
    Beside first{bundle, {QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}};
    QTRY_VERIFY(bundle.runtime({QStringLiteral("state"), bundle.id()}).out.contains("\"running\""));
    first.signal(SIGSTOP);
    QCOMPARE(deleteByForce(bundle).status, 0);
    const int pid = startSleeping(bundle);
    QVERIFY(pid > 1);
    first.signal(SIGCONT);
    QCOMPARE(first.status(), 128 + SIGKILL);
    QCOMPARE(pidOf(bundle), pid);
    QVERIFY(bundle.runtime({QStringLiteral("state"), bundle.id()}).out.contains("\"running\""));
}

QTEST_GUILESS_MAIN(TestRuntimeInterrupted)
#include "test_runtime_interrupted.moc"
