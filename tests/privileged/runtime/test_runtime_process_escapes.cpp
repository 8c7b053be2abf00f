// SPDX-License-Identifier: GPL-3.0-or-later
#include "detached.h"
#include "running.h"

#include <QDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

/// Known ways out through a process that enters, and through what it is given. A test has the name of what it tries.
class TestRuntimeProcessEscapes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void cve_2016_9962_enteringProcessIsTraced();
    void cve_2016_9962_enteringProcessShowsTheMachine();
    void cve_2024_21626_workingDirectoryOfAnExec();
    void cve_2025_52881_sysctlsGoToAProcfsOfOurOwn();
    void cve_2022_29162_inheritableCapabilitiesOfAnExec();
    void cve_2024_40635_largestUser();
    void cve_2026_46680_userIsANumber();
    void hookOfTheImageIsNotTheHosts();

private:
    static Outcome execProcess(const Bundle& bundle, const QByteArray& members);
};

/// `exec` of process.json with these members.
Outcome TestRuntimeProcessEscapes::execProcess(const Bundle& bundle, const QByteArray& members)
{
    QFile file{bundle.directory() + QStringLiteral("/process.json")};
    if (!file.open(QIODevice::WriteOnly))
        return {};
    file.write("{" + members + "}");
    file.close();
    return bundle.runtime({QStringLiteral("exec"), QStringLiteral("--process"), file.fileName(), bundle.id()});
}

/// The process that enters has the container's rights at last, and still the runtime's descriptors: for as long as it
/// looks for its program, which is made long here.
void TestRuntimeProcessEscapes::cve_2016_9962_enteringProcessIsTraced()
{
    Bundle bundle{Kind::Plain};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("spy"), QStringLiteral("4")});
    bundle.write();
    QProcess container;
    container.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QVERIFY(container.waitForReadyRead(20'000));
    const QByteArray path = QByteArray{"/no/such/directory:"}.repeated(5000) + "/bin";
    for (int i = 0; i < 20; ++i) {
        const Outcome outcome = execProcess(bundle,
                                            R"("cwd":"/","args":["true"],"env":["PATH=)" + path
                                                + R"("],"capabilities":{"bounding":[],"permitted":[],"effective":[]})");
        // On a busy machine the spy has ended by now, and an exec meets a container that is being taken away.
        if (outcome.status != 0) {
            QVERIFY2(container.waitForFinished(20'000), outcome.err);
            break;
        }
    }
    QVERIFY(container.state() == QProcess::NotRunning || container.waitForFinished(20'000));
    const QByteArray out = container.readAllStandardOutput();
    QVERIFY2(!out.contains("reached"), out);
    QVERIFY2(out.contains("seen some"), out);
}

/// With CAP_SYS_PTRACE and no user namespace a container looks around in what enters, as debuggers do: at its root
/// directory, its working directory and its descriptors.
void TestRuntimeProcessEscapes::cve_2016_9962_enteringProcessShowsTheMachine()
{
    Bundle bundle{Kind::Plain};
    bundle.setCommand(
        {QStringLiteral("payload"), QStringLiteral("look"), bundle.directory() + QStringLiteral("/config.json")});
    bundle.spec.process.capabilities->bounding.push_back("CAP_SYS_PTRACE");
    bundle.spec.process.capabilities->permitted = bundle.spec.process.capabilities->effective
        = bundle.spec.process.capabilities->bounding;
    const Detached container{bundle};
    QTRY_COMPARE(container.output(), QByteArray{"looking\n"});
    for (int i = 0; i < 60; ++i) {
        const Outcome entered = container.run(QStringLiteral("exec"), {QStringLiteral("true")});
        QVERIFY2(entered.status == 0, entered.err);
    }
    QCOMPARE(container.output(), QByteArray{"looking\n"});
}

void TestRuntimeProcessEscapes::cve_2024_21626_workingDirectoryOfAnExec()
{
    // Descriptors of host directories that the caller forgot to close.
    std::array<int, 8> leaked{};
    for (int& fd : leaked)
        fd = ::open("/var/tmp", O_RDONLY | O_DIRECTORY);
    Bundle bundle{Kind::Plain};
    QVERIFY(startSleeping(bundle) > 0);
    QStringList directories;
    for (int fd = 0; fd < 32; ++fd)
        directories << QStringLiteral("/proc/self/fd/%1").arg(fd) << QStringLiteral("/proc/self/fd/%1/../..").arg(fd);
    for (const QString& directory : directories) {
        const Outcome outcome = execProcess(bundle, R"("args":["/bin/ls"],"cwd":")" + directory.toLocal8Bit() + "\"");
        QCOMPARE(outcome.status, 255);
        QVERIFY2(outcome.err.contains("working directory"), outcome.err);
        QCOMPARE(outcome.out, QByteArray{});
    }
    for (const int fd : leaked)
        ::close(fd);
}

/// What stands where the container's /proc would be is not where settings are written.
void TestRuntimeProcessEscapes::cve_2025_52881_sysctlsGoToAProcfsOfOurOwn()
{
    Bundle bundle{Kind::Plain};
    const QString fake = bundle.image() + QStringLiteral("/proc/sys/net/ipv4");
    QVERIFY(QDir{}.mkpath(fake));
    QFile file{fake + QStringLiteral("/ip_default_ttl")};
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("untouched");
    file.close();
    // And one that leads to a file of the host.
    const QByteArray victim = bundle.directory().toLocal8Bit() + "/victim";
    QCOMPARE(::symlink(victim.constData(), (fake + QStringLiteral("/ip_forward")).toLocal8Bit().constData()), 0);
    std::erase_if(bundle.spec.mounts, [](const oci::Mount& mount) { return mount.destination == "/proc"; });
    bundle.spec.linux.maskedPaths.clear();
    bundle.spec.linux.readonlyPaths.clear();
    bundle.spec.linux.sysctl = {{"net.ipv4.ip_default_ttl", "77"}, {"net.ipv4.ip_forward", "1"}};
    bundle.spec.hooks.createRuntime.push_back(
        {"/bin/sh",
         {"sh", "-c",
          "pid=$(sed -n 's/.*\"pid\":\\([0-9]*\\).*/\\1/p'); nsenter -t $pid -n cat /proc/sys/net/ipv4/ip_default_ttl "
          "/proc/sys/net/ipv4/ip_forward >real"},
         std::vector<std::string>{"PATH=/usr/bin:/bin"},
         std::nullopt});
    bundle.setCommand({QStringLiteral("true")});
    QCOMPARE(bundle.run().err, QByteArray{});
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray{"untouched"});
    QVERIFY(!QFile::exists(QString::fromLocal8Bit(victim)));
    QFile real{bundle.directory() + QStringLiteral("/real")};
    QVERIFY(real.open(QIODevice::ReadOnly));
    QCOMPARE(real.readAll(), QByteArray{"77\n1\n"});
}

void TestRuntimeProcessEscapes::cve_2022_29162_inheritableCapabilitiesOfAnExec()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        QVERIFY(startSleeping(bundle) > 0);
        const Outcome outcome = bundle.runtime(
            {QStringLiteral("exec"), bundle.id(), QStringLiteral("payload"), QStringLiteral("status")});
        QVERIFY2(outcome.out.contains("CapInh:\t0000000000000000\n"), outcome.out);
        QVERIFY2(outcome.out.contains("CapAmb:\t0000000000000000\n"), outcome.out);
    }
}

/// The last id below the boundary is that user and no other; those above it are refused (test_runtime_escapes).
void TestRuntimeProcessEscapes::cve_2024_40635_largestUser()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.process.user = {2147483647, 2147483647, {}, {2147483647}};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("ids")});
    QCOMPARE(bundle.run().out, QByteArray{"uid=2147483647 gid=2147483647 groups=2147483647\n"});
}

/// An image whose passwd gives a number as a name must not make it another user, nor take that user's home.
void TestRuntimeProcessEscapes::cve_2026_46680_userIsANumber()
{
    Bundle bundle{Kind::Plain};
    QFile passwd{bundle.image() + QStringLiteral("/etc/passwd")};
    QVERIFY(passwd.open(QIODevice::WriteOnly | QIODevice::Truncate));
    passwd.write("1000:x:0:0:root:/root:/bin/sh\nroot:x:0:0:root:/root:/bin/sh\n");
    passwd.close();
    bundle.spec.process.user = {1000, 1000, {}, {}};
    bundle.spec.process.env = {"PATH=/bin"};
    bundle.setScript(QStringLiteral("payload ids; echo $HOME"));
    QCOMPARE(bundle.run().out, QByteArray{"uid=1000 gid=1000 groups=\n/\n"});
}

/// startContainer hooks are looked up in the container only, however the host's files are named.
void TestRuntimeProcessEscapes::hookOfTheImageIsNotTheHosts()
{
    Bundle bundle{Kind::Plain};
    QFile hook{bundle.directory() + QStringLiteral("/hook")};
    QVERIFY(hook.open(QIODevice::WriteOnly));
    hook.write("#!/bin/sh\necho >ran\n");
    hook.close();
    hook.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    const std::string path = hook.fileName().toStdString();
    for (const auto& way : {path, "/../../../../../../.." + path, "/proc/self/fd/../../../.." + path}) {
        bundle.spec.hooks.startContainer = {{way, {}, {}, std::nullopt}};
        bundle.setCommand({QStringLiteral("true")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("No such file"), outcome.err);
    }
    QVERIFY(!QFile::exists(bundle.directory() + QStringLiteral("/ran")));
}

QTEST_GUILESS_MAIN(TestRuntimeProcessEscapes)
#include "test_runtime_process_escapes.moc"
