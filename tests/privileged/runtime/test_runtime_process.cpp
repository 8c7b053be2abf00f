// SPDX-License-Identifier: GPL-3.0-or-later
#include "running.h"

#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(Kind)

/// What a program is given of config.json's "process", and how it is surrounded.
class TestRuntimeProcess : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void home_data();
    void home();
    void homeOfAnExec();
    void homeBehindALinkOfTheImage();
    void homeOfWhatIsNoFile_data();
    void homeOfWhatIsNoFile();
    void lastOfTwoVariables();
    void unknownCapabilitiesAreLeftOut();
    void scheduler_data();
    void scheduler();
    void schedulerThatIsRefused();
    void ioPriority();
    void processorsOfAnExec();
    void personality();
    void memoryPolicy();
    void labelsOfModulesThatAreNotThere_data();
    void labelsOfModulesThatAreNotThere();
    void withoutAProcess();
    void umaskAndGroups();
    void consoleSize();

private:
    static void kinds();
};

void TestRuntimeProcess::kinds()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("plain") << Kind::Plain;
    QTest::newRow("user namespace") << Kind::User;
}

static void writePasswd(const Bundle& bundle, const QByteArray& text)
{
    QFile file{bundle.image() + QStringLiteral("/etc/passwd")};
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(text);
}

void TestRuntimeProcess::home_data()
{
    QTest::addColumn<QByteArray>("passwd");
    QTest::addColumn<uint>("uid");
    QTest::addColumn<QByteArray>("home");
    const QByteArray root = "root:x:0:0:root:/the/root:/bin/sh\n";
    const QByteArray user = "user:x:1000:1000:,,,:/home/user:/bin/sh\n";
    const auto row = [](const char* name, const QByteArray& passwd, uint uid, const char* home) {
        QTest::newRow(name) << passwd << uid << QByteArray{home};
    };
    row("root", root + user, 0, "/the/root");
    row("user", root + user, 1000, "/home/user");
    row("last line without an end", root + user.trimmed(), 1000, "/home/user");
    row("nobody's", root + user, 1001, "/");
    row("empty file", "", 0, "/");
    row("empty field", "root:x:0:0:root::/bin/sh\n", 0, "/");
    row("too few fields", "user:x:1000\n", 1000, "/");
    row("first of two", "a:x:1000:0::/a:\nb:x:1000:0::/b:\n", 1000, "/a");
    row("an id that wraps", "a:x:4294968296:0::/a:\n" + user, 1000, "/home/user");
    row("an id with a sign", "a:x:+1000:0::/a:\nb:x:-1000:0::/b:\nc:x: 1000:0::/c:\n" + user, 1000, "/home/user");
    row("an id with a tail", "a:x:1000x:0::/a:\n" + user, 1000, "/home/user");
    row("a line that is too long", QByteArray(5000, 'x') + ":x:1000:0::/a:\n" + user, 1000, "/home/user");
    row("a home that is too long", "a:x:1000:0::/" + QByteArray(2000, 'h') + ":\n", 1000, "/");
    row("a line across two reads", QByteArray(4090, '#') + "\n" + user, 1000, "/home/user");
    row("behind a mebibyte", QByteArray("#\n").repeated(1 << 19) + QByteArray("#\n").repeated(5000) + user, 1000, "/");
}

void TestRuntimeProcess::home()
{
    QFETCH(QByteArray, passwd);
    QFETCH(uint, uid);
    QFETCH(QByteArray, home);
    Bundle bundle{Kind::User};
    writePasswd(bundle, passwd);
    bundle.spec.process.env = {"PATH=/bin"};
    bundle.spec.process.user.uid = uid;
    bundle.setCommand({QStringLiteral("env")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, "PATH=/bin\nHOME=" + home + '\n');

    bundle.spec.process.env = {"HOME=", "PATH=/bin"};
    QCOMPARE(bundle.run().out, "PATH=/bin\nHOME=" + home + '\n');
    bundle.spec.process.env = {"HOME=/given", "PATH=/bin"};
    QCOMPARE(bundle.run().out, QByteArray{"HOME=/given\nPATH=/bin\n"});
}

void TestRuntimeProcess::homeOfAnExec()
{
    Bundle bundle{Kind::User};
    bundle.spec.process.env = {"PATH=/bin"};
    QVERIFY(startSleeping(bundle) > 0);
    const Outcome outcome = bundle.runtime({QStringLiteral("exec"), bundle.id(), QStringLiteral("env")});
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"PATH=/bin\nHOME=/root\n"});
}

void TestRuntimeProcess::homeBehindALinkOfTheImage()
{
    Bundle bundle{Kind::User};
    const QString etc = bundle.image() + QStringLiteral("/etc/");
    QVERIFY(QFile::rename(etc + QStringLiteral("passwd"), etc + QStringLiteral("users")));
    QVERIFY(QFile::link(QStringLiteral("/etc/users"), etc + QStringLiteral("passwd")));
    bundle.spec.process.env = {"PATH=/bin"};
    bundle.setCommand({QStringLiteral("env")});
    QCOMPARE(bundle.run().out, QByteArray{"PATH=/bin\nHOME=/root\n"});
}

void TestRuntimeProcess::homeOfWhatIsNoFile_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char* what : {"fifo", "link", "directory", "nothing", "device"})
        QTest::newRow(what) << QByteArray{what};
}

/// CVE-2024-9341 and CVE-2026-47262: the image's passwd is no file, or leads elsewhere.
void TestRuntimeProcess::homeOfWhatIsNoFile()
{
    QFETCH(QByteArray, what);
    Bundle bundle{Kind::Plain};
    const QByteArray path = (bundle.image() + QStringLiteral("/etc/passwd")).toLocal8Bit();
    QCOMPARE(::unlink(path.constData()), 0);
    if (what == "fifo")
        QCOMPARE(::mkfifo(path.constData(), 0644), 0);
    if (what == "link")
        QCOMPARE(::symlink("/proc/self/mountinfo", path.constData()), 0);
    if (what == "directory")
        QCOMPARE(::mkdir(path.constData(), 0755), 0);
    if (what == "device")
        QCOMPARE(::symlink("/dev/zero", path.constData()), 0);
    bundle.spec.process.env = {"PATH=/bin"};
    bundle.setCommand({QStringLiteral("env")});
    QCOMPARE(bundle.run().out, QByteArray{"PATH=/bin\nHOME=/\n"});
}

void TestRuntimeProcess::lastOfTwoVariables()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.process.env = {"X=1", "PATH=/nowhere", "HOME=/", "X=2", "PATH=/bin", "XX=3"};
    bundle.setCommand({QStringLiteral("env")});
    QCOMPARE(bundle.run().out, QByteArray{"HOME=/\nX=2\nPATH=/bin\nXX=3\n"});
}

void TestRuntimeProcess::unknownCapabilitiesAreLeftOut()
{
    Bundle bundle{Kind::Plain};
    for (auto* set : {&bundle.spec.process.capabilities->bounding, &bundle.spec.process.capabilities->permitted})
        set->push_back("CAP_OF_A_LATER_KERNEL");
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("status")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.err.count("CAP_OF_A_LATER_KERNEL"), 1);
    QVERIFY2(outcome.out.contains("CapBnd:\t00000000a80425fb"), outcome.out);
}

void TestRuntimeProcess::scheduler_data()
{
    kinds();
}

/// Fields 19 (nice) and 41 (policy) of proc_pid_stat(5).
void TestRuntimeProcess::scheduler()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    bundle.spec.process.scheduler = oci::Scheduler{"SCHED_BATCH", 7, 0, {"SCHED_FLAG_RESET_ON_FORK"}, 0, 0, 0};
    const QString stat
        = QStringLiteral("read -r all </proc/self/stat; set -- $all; shift 18; echo $1; shift 22; echo $1");
    bundle.setScript(stat);
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"7\n3\n"});

    Bundle running{kind};
    running.spec.process.scheduler = oci::Scheduler{"SCHED_IDLE", 0, 0, {}, 0, 0, 0};
    QVERIFY(startSleeping(running) > 0);
    const Outcome inside
        = running.runtime({QStringLiteral("exec"), running.id(), QStringLiteral("sh"), QStringLiteral("-c"), stat});
    QCOMPARE(inside.err, QByteArray{});
    QCOMPARE(inside.out, QByteArray{"0\n5\n"});
}

void TestRuntimeProcess::schedulerThatIsRefused()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.process.scheduler = oci::Scheduler{"SCHED_DEADLINE", 0, 0, {}, 5, 4, 3};
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("cannot set the scheduler: Invalid argument"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeProcess::ioPriority()
{
    Bundle bundle{Kind::User};
    bundle.spec.process.ioPriority = oci::IoPriority{"IOPRIO_CLASS_BE", 6};
    bundle.setScript(QStringLiteral("ionice -p $$"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"best-effort: prio 6\n"});
}

void TestRuntimeProcess::processorsOfAnExec()
{
    if (::sysconf(_SC_NPROCESSORS_ONLN) < 2)
        QSKIP("needs two processors");
    Bundle bundle{Kind::User};
    QVERIFY(startSleeping(bundle) > 0);
    const auto allowed = [&](const char* affinity) {
        QFile file{bundle.directory() + QStringLiteral("/process.json")};
        file.open(QIODevice::WriteOnly);
        file.write(R"({"cwd":"/","env":["PATH=/bin"],"args":["sh","-c","grep Cpus_allowed_list /proc/self/status"],)"
                   R"("execCPUAffinity":)");
        file.write(affinity);
        file.write("}");
        file.close();
        const Outcome outcome
            = bundle.runtime({QStringLiteral("exec"), QStringLiteral("--process"), file.fileName(), bundle.id()});
        return outcome.err + outcome.out;
    };
    QCOMPARE(allowed(R"({"initial":"0"})"), QByteArray{"Cpus_allowed_list:\t0\n"});
    QCOMPARE(allowed(R"({"initial":"0","final":"1"})"), QByteArray{"Cpus_allowed_list:\t1\n"});
    QVERIFY(allowed(R"({"final":"1000"})").contains("cannot set the processors"));
    QVERIFY(allowed(R"({"final":"x"})").contains("execCPUAffinity"));
}

void TestRuntimeProcess::personality()
{
    Bundle bundle{Kind::User};
    bundle.spec.linux.personality = "LINUX32";
    const QString machine = QStringLiteral("grep -c 8 /proc/self/personality; uname -m");
    bundle.setScript(machine);
    const Outcome outcome = bundle.run();
    QVERIFY2(!outcome.out.contains("64"), outcome.out);
    bundle.spec.linux.personality = "LINUX";
    QVERIFY(bundle.run().out.contains("64"));
}

void TestRuntimeProcess::memoryPolicy()
{
    if (!QFile::exists(QStringLiteral("/proc/self/numa_maps")))
        QSKIP("this kernel has no NUMA");
    Bundle bundle{Kind::User};
    bundle.spec.linux.memoryPolicy = oci::MemoryPolicy{"MPOL_BIND", "0", {"MPOL_F_STATIC_NODES"}};
    bundle.setScript(QStringLiteral("head -1 /proc/self/numa_maps"));
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.out.contains("bind=static:0"), outcome.out + outcome.err);
}

void TestRuntimeProcess::labelsOfModulesThatAreNotThere_data()
{
    QTest::addColumn<QByteArray>("field");
    for (const char* field : {"apparmorProfile", "selinuxLabel", "mountLabel"})
        QTest::newRow(field) << QByteArray{field};
}

void TestRuntimeProcess::labelsOfModulesThatAreNotThere()
{
    QFETCH(QByteArray, field);
    QFile appArmor{QStringLiteral("/sys/module/apparmor/parameters/enabled")};
    if (QFile::exists(QStringLiteral("/sys/fs/selinux/enforce"))
        || (appArmor.open(QIODevice::ReadOnly) && appArmor.readAll().startsWith('Y')))
        QSKIP("this machine runs a security module");
    Bundle bundle{Kind::Plain};
    (field == "apparmorProfile"    ? bundle.spec.process.apparmorProfile
         : field == "selinuxLabel" ? bundle.spec.process.selinuxLabel
                                   : bundle.spec.linux.mountLabel)
        = "unconfined";
    bundle.setScript(QStringLiteral("echo ran"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains(field), outcome.err);
    QCOMPARE(outcome.out, QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// runtime.md, "Start": "This operation MUST generate an error if process was not set."
void TestRuntimeProcess::withoutAProcess()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.hasProcess = false;
    bundle.write();
    const Outcome created = createOf(bundle);
    QCOMPARE(created.err, QByteArray{});
    QVERIFY(bundle.runtime({QStringLiteral("state"), bundle.id()}).out.contains("\"created\""));
    const Outcome started = bundle.runtime({QStringLiteral("start"), bundle.id()});
    QCOMPARE(started.status, 1);
    QVERIFY2(started.err.contains("has no process"), started.err);
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()}).status, 0);
    QCOMPARE(bundle.leftovers(), QStringList{});
    QVERIFY(bundle.run().err.contains("has no process"));
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeProcess::umaskAndGroups()
{
    Bundle bundle{Kind::User};
    bundle.spec.process.user = {1000, 1001, 027, {5, 65535}};
    bundle.setScript(QStringLiteral("umask; payload ids"));
    QCOMPARE(bundle.run().out, QByteArray{"0027\nuid=1000 gid=1001 groups=5,65535\n"});
}

void TestRuntimeProcess::consoleSize()
{
    Bundle bundle{Kind::User};
    bundle.spec.process.terminal = true;
    bundle.spec.process.consoleSize = oci::ConsoleSize{33, 77};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("tty")});
    QVERIFY(bundle.run().out.contains("33 rows 77 columns 111"));
}

QTEST_GUILESS_MAIN(TestRuntimeProcess)
#include "test_runtime_process.moc"
