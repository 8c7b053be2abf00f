// SPDX-License-Identifier: GPL-3.0-or-later
// A service of the virtual machine of tst_systemd: asks the helper as root and as people do, and systemd what it thinks
// of it. It is root and speaks on the system bus. The machine is started twice: what the first time left is asked for
// the second time.
#include "tests/dbus/support/client.h"

#include <QDBusArgument>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <cstdio>
#include <memory>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

constexpr uid_t kAda = 1000; // sits at the machine
constexpr uid_t kBob = 1001; // does not
constexpr auto kLeft = "/var/lib/systemd_guest"; // names the container that ran when the machine was switched off

const QString kBundle = u"/var/lib/systemd_guest_bundle"_s;
const QString kScope = u"lamella-box.scope"_s;
const QString kScopeCgroup = u"/machine.slice/machine-test.slice/lamella-box.scope"_s;

struct Run {
    int status = -1;
    QString said;
};

Run run(const QStringList& command)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(command.first(), command.sliced(1));
    process.closeWriteChannel();
    if (!process.waitForFinished(120000))
        return {-1, u"%1 does not end: %2"_s.arg(command.join(u' '), QString::fromUtf8(process.readAll()))};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAll()).trimmed()};
}

QString unit(const char* property)
{
    return run({u"systemctl"_s, u"show"_s, u"-P"_s, QString::fromLatin1(property), u"lamella.service"_s}).said;
}

QString activeState()
{
    return unit("ActiveState");
}

QString cgroupFile(const QString& cgroup, const char* file)
{
    return QString::fromLatin1(readFile(u"/sys/fs/cgroup%1/%2"_s.arg(cgroup, QLatin1StringView(file)))).trimmed();
}

QString processFile(uint pid, const char* file)
{
    return QString::fromLatin1(readFile(u"/proc/%1/%2"_s.arg(QString::number(pid), QLatin1StringView(file)))).trimmed();
}

/// Other than QTRY_VERIFY this counts the time that the question takes; asking is slow here.
template <class Done>
bool soon(Done done)
{
    return QTest::qWaitFor(done, 60000);
}

/// Polkit asks logind whether a caller's process belongs to a session that is active.
bool joinSessionOf(uid_t uid)
{
    const QString slice = u"/sys/fs/cgroup/user.slice/user-%1.slice"_s.arg(uid);
    const QStringList sessions = QDir(slice).entryList({u"session-*.scope"_s}, QDir::Dirs);
    if (sessions.isEmpty())
        return false;
    QFile processes(slice + u'/' + sessions.first() + u"/cgroup.procs"_s);
    return processes.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && processes.write("0") == 1;
}

bool isThere(uint pid)
{
    return pid != 0 && QDir(u"/proc/%1"_s.arg(pid)).exists();
}

/// One line on the console for each function, as tests/support/vm/guest.h has it.
void tell()
{
    std::printf("lamella %s %s\n", QTest::currentTestFailed() ? "FAIL" : "pass", QTest::currentTestFunction());
    std::fflush(stdout);
}

} // namespace

class SystemdGuest : public QObject {
    Q_OBJECT

private:
    QVariant of(const QString& container, const char* property)
    {
        return ada->get(container, u"Container"_s, QString::fromLatin1(property));
    }
    QString exec(const QString& container, const QStringList& command);
    void checkWeb();
    QString runtimeRun(const QString& id);

    std::unique_ptr<Client> root;
    std::unique_ptr<Client> ada;
    QString web; // a container that runs through all of this
    uint webPid = 0;
    QString webCgroup;

private Q_SLOTS:
    void cleanup() { tell(); }

    void verifiesTheUnit();
    void aCallActivatesTheHelper();
    void refusesWhoIsNotAtTheMachine();
    void letsRootRead();
    void letsWhoIsAtTheMachineMakeContainers();
    void keepsToItsDelegatedCgroup();
    void limitsAContainer();
    void handsNothingOfTheUnitOn();
    void runsAnotherProgramInside();
    void memoryOfAContainerIsNotTheServices();
    void restartLeavesContainers();
    void killLeavesContainers();
    void stopLeavesContainers();
    void logsToTheJournal();
    void runtimeAsksForAScope();
    void runtimeTakesNoUsedName();
    void runtimeLeavesNoScope();
    void leavesNothing();
    void runsUntilTheReboot();
};

void SystemdGuest::verifiesTheUnit()
{
    const Run verify = run({u"systemd-analyze"_s, u"verify"_s, u"--man=no"_s, u"lamella.service"_s});
    QCOMPARE(verify.said, QString());
    QCOMPARE(verify.status, 0);
}

void SystemdGuest::aCallActivatesTheHelper()
{
    QCOMPARE(activeState(), u"inactive"_s);
    Client bob(kBob);
    const QDBusMessage reply = bob.call(kRoot, u"org.freedesktop.DBus.Peer"_s, u"Ping"_s);
    QVERIFY2(reply.type() == QDBusMessage::ReplyMessage, qPrintable(reply.errorMessage()));
    QCOMPARE(activeState(), u"active"_s);
    QCOMPARE(processFile(unit("MainPID").toUInt(), "comm"), u"lamella-helper"_s);
}

void SystemdGuest::refusesWhoIsNotAtTheMachine()
{
    Client bob(kBob);
    const QDBusMessage made = bob.lamella(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                          {u"starter:latest"_s, u"bobs"_s, QStringList{u"true"_s}});
    QCOMPARE(made.errorName(), errorName(u"NotAuthorized"_s));
    const QDBusMessage read = bob.call(kRoot, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
    QCOMPARE(read.errorName(), errorName(u"NotAuthorized"_s));
}

void SystemdGuest::letsRootRead()
{
    root = std::make_unique<Client>(0);
    QCOMPARE(root->get(kRoot, u"Manager"_s, u"CgroupMode"_s).toString(), u"v2"_s);
    QVERIFY(root->objects().contains(QDBusObjectPath(kRoot)));
}

/// The rules of resources/polkit as they are: ada has logged in on the machine's first terminal.
void SystemdGuest::letsWhoIsAtTheMachineMakeContainers()
{
    const Run login
        = run({u"systemd-run"_s, u"--quiet"_s, u"--no-block"_s, u"--unit=ada"_s, u"--uid=ada"_s, u"-pPAMName=login"_s,
               u"-pTTYPath=/dev/tty1"_s, u"-pStandardInput=tty"_s, u"sleep"_s, u"infinity"_s});
    QVERIFY2(login.status == 0, qPrintable(login.said));
    QVERIFY(soon([] { return joinSessionOf(kAda); }));
    ada = std::make_unique<Client>(kAda);
    QVERIFY2(ada->objects().contains(QDBusObjectPath(kRoot)), "whoever has an active session may read");
    QVERIFY(ada->loadStarter().startsWith("sha256:"_L1));
    web = ada->run(u"web"_s, {u"sleep"_s, u"100000"_s},
                   {{u"memory_bytes"_s, 64ull << 20}, {u"cpu_quota"_s, 0.5}, {u"pids_max"_s, 50ull}});
    QCOMPARE(of(web, "State").toString(), u"running"_s);
    webPid = of(web, "Pid").toUInt();
    webCgroup = of(web, "CgroupPath").toString();
}

void SystemdGuest::keepsToItsDelegatedCgroup()
{
    const QString service = u"/system.slice/lamella.service"_s;
    QCOMPARE(unit("ControlGroup"), service);
    QCOMPARE(processFile(unit("MainPID").toUInt(), "cgroup"), u"0::"_s + service + u"/supervisor"_s);
    QCOMPARE(webCgroup, service + u'/' + web.section(u'/', -1));
    QCOMPARE(processFile(webPid, "cgroup"), u"0::"_s + webCgroup);
    QVERIFY(!QDir(u"/sys/fs/cgroup/lamella"_s).exists());
}

void SystemdGuest::limitsAContainer()
{
    QCOMPARE(cgroupFile(webCgroup, "memory.max"), QString::number(64 << 20));
    QCOMPARE(cgroupFile(webCgroup, "cpu.max"), u"50000 100000"_s);
    QCOMPARE(cgroupFile(webCgroup, "pids.max"), u"50"_s);
    QVERIFY(cgroupFile(webCgroup, "cgroup.controllers").contains("cpuset"_L1));
    QVERIFY(cgroupFile(webCgroup, "cgroup.controllers").contains("io"_L1));
}

/// What the unit says for the helper is not for what runs in containers.
void SystemdGuest::handsNothingOfTheUnitOn()
{
    QCOMPARE(processFile(unit("MainPID").toUInt(), "oom_score_adj"), u"-500"_s);
    QCOMPARE(processFile(webPid, "oom_score_adj"), u"0"_s);
    QCOMPARE(exec(web, {u"umask"_s}), u"0022"_s);
    QVERIFY2(!exec(web, {u"env"_s}).contains("NOTIFY_SOCKET"_L1), "the container knows the service manager's socket");
}

QString SystemdGuest::exec(const QString& container, const QStringList& command)
{
    const QDBusMessage reply
        = ada->lamella(container, u"Container"_s, u"Exec"_s, {QStringList{u"sh"_s, u"-c"_s, command.join(u' ')}});
    if (reply.type() != QDBusMessage::ReplyMessage)
        return reply.errorMessage();
    const auto streams = qdbus_cast<QList<QDBusUnixFileDescriptor>>(reply.arguments().value(1));
    QByteArray text;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(streams.value(1).fileDescriptor(), buffer, sizeof(buffer))) > 0;)
        text.append(buffer, n);
    return QString::fromUtf8(text).trimmed();
}

void SystemdGuest::runsAnotherProgramInside()
{
    QCOMPARE(exec(web, {u"cat"_s, u"/proc/1/comm"_s}), u"sleep"_s);
    QCOMPARE(exec(web, {u"cat"_s, u"/sys/fs/cgroup/memory.max"_s}), QString::number(64 << 20));
}

/// systemd stops a service of which a process was killed for want of memory, unless its cgroup is delegated.
void SystemdGuest::memoryOfAContainerIsNotTheServices()
{
    const uint helper = unit("MainPID").toUInt();
    const QString hungry = ada->run(u"hungry"_s, {u"tail"_s, u"/dev/zero"_s}, {{u"memory_bytes"_s, 16ull << 20}});
    QVERIFY(!hungry.isEmpty());
    QVERIFY(ada->waitForState(hungry, u"stopped"_s));
    QCOMPARE(of(hungry, "OomKilled").toBool(), true);
    QCOMPARE(of(hungry, "ExitStatus").toInt(), 137);
    ada->discard(hungry);
    QCOMPARE(unit("MainPID").toUInt(), helper);
    checkWeb();
}

/// The helper that is there now has the container of before, with all that it had.
void SystemdGuest::checkWeb()
{
    QVERIFY(isThere(webPid));
    QCOMPARE(of(web, "State").toString(), u"running"_s);
    QCOMPARE(of(web, "Pid").toUInt(), webPid);
    QCOMPARE(processFile(webPid, "cgroup"), u"0::"_s + webCgroup);
    limitsAContainer();
    QCOMPARE(exec(web, {u"echo"_s, u"here"_s}), u"here"_s);
}

void SystemdGuest::restartLeavesContainers()
{
    const uint helper = unit("MainPID").toUInt();
    const Run restart = run({u"systemctl"_s, u"restart"_s, u"lamella.service"_s});
    QVERIFY2(restart.status == 0, qPrintable(restart.said));
    QVERIFY(unit("MainPID").toUInt() != helper);
    checkWeb();
}

void SystemdGuest::killLeavesContainers()
{
    const QString ends = ada->run(u"ends"_s, {u"sleep"_s, u"100000"_s});
    const uint endsPid = of(ends, "Pid").toUInt();
    const uint helper = unit("MainPID").toUInt();
    ::kill(pid_t(helper), SIGKILL);
    ::kill(pid_t(endsPid), SIGKILL); // while nobody is there to see it
    QVERIFY(soon([&] { return activeState() == u"active"_s && unit("MainPID").toUInt() != helper; }));
    QCOMPARE(unit("NRestarts"), u"1"_s);
    checkWeb();
    QVERIFY(ada->waitForState(ends, u"stopped"_s));
    QCOMPARE(of(ends, "ExitStatus").toInt(), 137);
    ada->discard(ends);
}

void SystemdGuest::stopLeavesContainers()
{
    const QString ends = ada->run(u"ends"_s, {u"sh"_s, u"-c"_s, u"trap 'exit 7' TERM; while :; do sleep 0.1; done"_s});
    const uint endsPid = of(ends, "Pid").toUInt();
    const Run stop = run({u"systemctl"_s, u"stop"_s, u"lamella.service"_s});
    QVERIFY2(stop.status == 0, qPrintable(stop.said));
    QCOMPARE(activeState(), u"inactive"_s);
    QVERIFY(isThere(webPid));
    // systemd looks after the tree anew, and what it no longer runs keeps its limits.
    QCOMPARE(run({u"systemctl"_s, u"daemon-reload"_s}).status, 0);
    limitsAContainer();
    ::kill(pid_t(endsPid), SIGTERM);
    QVERIFY(soon([&] { return !isThere(endsPid); }));

    QCOMPARE(of(ends, "State").toString(), u"stopped"_s); // activates it
    QCOMPARE(of(ends, "ExitStatus").toInt(), 7);
    QCOMPARE(activeState(), u"active"_s);
    checkWeb();
    ada->discard(ends);
}

void SystemdGuest::logsToTheJournal()
{
    const auto told = [](const QString& priorities) {
        return run({u"journalctl"_s, u"-u"_s, u"lamella.service"_s, u"-o"_s, u"cat"_s, u"-p"_s, priorities}).said;
    };
    const QString journal = told(u"info..info"_s);
    QVERIFY2(!journal.contains(" info: "_L1), qPrintable(journal)); // the journal has level and time already
    QVERIFY2(!told(u"emerg..warning"_s).contains("ready"_L1), qPrintable(journal));
    QVERIFY2(journal.contains("ready, with its state in /var/lib/lamella"_L1), qPrintable(journal));
    QVERIFY2(journal.contains("containers go on"_L1), qPrintable(journal));
}

/// lamella-runtime as engines call it that leave their cgroups to systemd.
QString SystemdGuest::runtimeRun(const QString& id)
{
    // A root of this machine's programs.
    for (const auto& directory : {u"/proc"_s, u"/usr"_s})
        QDir().mkpath(kBundle + u"/rootfs"_s + directory);
    for (const auto& name : {u"/bin"_s, u"/lib"_s, u"/lib64"_s})
        QFile::link(u"usr"_s + name, kBundle + u"/rootfs"_s + name);
    QFile config(kBundle + u"/config.json"_s);
    if (!config.open(QIODevice::WriteOnly))
        return u"no config.json"_s;
    config.write(R"({"ociVersion": "1.2.0", "root": {"path": "rootfs", "readonly": true},
        "process": {"user": {"uid": 0, "gid": 0}, "args": ["sleep", "100000"], "env": ["PATH=/usr/bin"], "cwd": "/"},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
                   {"destination": "/usr", "type": "bind", "source": "/usr", "options": ["bind", "ro"]}],
        "annotations": {"org.systemd.property.TimeoutStopSec": "7"},
        "linux": {"cgroupsPath": "machine-test.slice:lamella:box",
                  "resources": {"memory": {"limit": 67108864}, "pids": {"limit": 33}},
                  "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "cgroup"}]}})");
    config.close();
    // The container keeps the streams.
    QProcess runtime;
    runtime.setStandardInputFile(QProcess::nullDevice());
    runtime.setStandardOutputFile(QProcess::nullDevice());
    runtime.setStandardErrorFile(kBundle + u"/error"_s);
    runtime.start(u"lamella-runtime"_s, {u"--systemd-cgroup"_s, u"run"_s, u"--detach"_s, u"--bundle"_s, kBundle, id});
    if (!runtime.waitForFinished(60000))
        return u"lamella-runtime does not end: "_s + runtime.errorString();
    return QString::fromUtf8(readFile(kBundle + u"/error"_s)).trimmed();
}

void SystemdGuest::runtimeAsksForAScope()
{
    const auto scope
        = [](const QString& property) { return run({u"systemctl"_s, u"show"_s, u"-P"_s, property, kScope}).said; };
    QCOMPARE(runtimeRun(u"box"_s), QString());
    const QByteArray state = run({u"lamella-runtime"_s, u"state"_s, u"box"_s}).said.toUtf8();
    const int pid = QJsonDocument::fromJson(state).object().value("pid"_L1).toInt();
    QVERIFY2(pid > 0, state.constData());
    QCOMPARE(processFile(uint(pid), "cgroup"), u"0::"_s + kScopeCgroup + u"/container"_s);
    QCOMPARE(scope(u"ControlGroup"_s), kScopeCgroup);
    QCOMPARE(scope(u"ActiveState"_s), u"active"_s);
    QCOMPARE(scope(u"Slice"_s), u"machine-test.slice"_s);
    QCOMPARE(scope(u"Delegate"_s), u"yes"_s);
    QCOMPARE(scope(u"TimeoutStopUSec"_s), u"7s"_s); // of an annotation
    QVERIFY(!QDir(u"/sys/fs/cgroup"_s + kScopeCgroup + u"/holder"_s).exists());
    // systemd looks after the tree anew, and the limits stay.
    QCOMPARE(run({u"systemctl"_s, u"daemon-reload"_s}).status, 0);
    QCOMPARE(cgroupFile(kScopeCgroup + u"/container"_s, "memory.max"), u"67108864"_s);
    QCOMPARE(cgroupFile(kScopeCgroup + u"/container"_s, "pids.max"), u"33"_s);
    QCOMPARE(run({u"lamella-runtime"_s, u"exec"_s, u"box"_s, u"cat"_s, u"/proc/self/cgroup"_s}).said, u"0::/"_s);
}

void SystemdGuest::runtimeTakesNoUsedName()
{
    const QString said = runtimeRun(u"second"_s);
    QVERIFY2(said.contains("lamella-box.scope"_L1) && said.contains("systemd"_L1), qPrintable(said));
    QVERIFY(run({u"lamella-runtime"_s, u"state"_s, u"second"_s}).status != 0);
    QCOMPARE(run({u"systemctl"_s, u"is-active"_s, kScope}).said, u"active"_s); // the first one's
}

void SystemdGuest::runtimeLeavesNoScope()
{
    const Run removed = run({u"lamella-runtime"_s, u"delete"_s, u"--force"_s, u"box"_s});
    QVERIFY2(removed.status == 0, qPrintable(removed.said));
    // Its name is free at once, for who makes the container anew.
    QVERIFY(!QDir(u"/sys/fs/cgroup"_s + kScopeCgroup).exists());
    for (int round = 0; round < 3; ++round) {
        QCOMPARE(runtimeRun(u"box"_s), QString());
        const Run again = run({u"lamella-runtime"_s, u"delete"_s, u"--force"_s, u"box"_s});
        QVERIFY2(again.status == 0 && again.said.isEmpty(), qPrintable(again.said));
    }
    QVERIFY(
        soon([] { return run({u"systemctl"_s, u"show"_s, u"-P"_s, u"LoadState"_s, kScope}).said == "not-found"_L1; }));
}

void SystemdGuest::leavesNothing()
{
    ada->discard(web);
    QVERIFY(!isThere(webPid));
    QVERIFY(!QDir(u"/sys/fs/cgroup"_s + webCgroup).exists());
    QCOMPARE(run({u"systemctl"_s, u"stop"_s, u"lamella.service"_s}).status, 0);
    QVERIFY(!QDir(u"/sys/fs/cgroup/system.slice/lamella.service"_s).exists());
    QCOMPARE(unit("Result"), u"success"_s);
}

void SystemdGuest::runsUntilTheReboot()
{
    const QString left = ada->run(
        u"left"_s, {u"sh"_s, u"-c"_s, u"trap 'echo asked to; exit 7' TERM; echo ready; while :; do sleep 0.1; done"_s});
    QVERIFY(soon([&] { return ada->log(left).contains("ready"_L1); }));
    QFile file(QString::fromLatin1(kLeft));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(left.toLatin1());
}

/// The second time. What ran was asked to end before its file system went away, and how it did is known.
class AfterReboot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { tell(); }

    void knowsHowTheContainerEnded()
    {
        const QString left = QString::fromLatin1(readFile(QString::fromLatin1(kLeft)));
        Client root(0);
        const auto of
            = [&](const char* property) { return root.get(left, u"Container"_s, QString::fromLatin1(property)); };
        QCOMPARE(of("State").toString(), u"stopped"_s);
        QCOMPARE(of("ExitStatus").toInt(), 7);
        QVERIFY2(root.log(left).contains("asked to"_L1), qPrintable(root.log(left)));
    }

    void startsItAgain()
    {
        const QString left = QString::fromLatin1(readFile(QString::fromLatin1(kLeft)));
        Client root(0);
        root.ask(left, u"Container"_s, u"Start"_s);
        QCOMPARE(root.get(left, u"Container"_s, u"State"_s).toString(), u"running"_s);
        root.discard(left);
        QVERIFY(!root.objects().contains(QDBusObjectPath(left)));
    }
};

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    if (QFile::exists(QString::fromLatin1(kLeft))) {
        AfterReboot guest;
        QTest::qExec(&guest, argc, argv);
    } else {
        SystemdGuest guest;
        QTest::qExec(&guest, argc, argv);
    }
    std::printf("lamella done\n");
    std::fflush(stdout);
    return run({u"systemctl"_s, u"--no-block"_s, u"reboot"_s}).status;
}

#include "systemd_guest.moc"
