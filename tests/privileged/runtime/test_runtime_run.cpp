// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(lamella::test::Kind)

/// What a program sees in a container that `lamella-runtime run` made of a bundle.
class TestRuntimeRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void seesTheSameAsWithCrun_data() { kinds(true); }
    void seesTheSameAsWithCrun();
    void endsWithTheProgramsStatus_data();
    void endsWithTheProgramsStatus();
    void capabilities_data() { kinds(false); }
    void capabilities();
    void ambientCapabilities();
    void seccompFilterIsLoaded_data() { kinds(false); }
    void seccompFilterIsLoaded();
    void userAndGroups();
    void limits();
    void memoryLimitKills();
    void cgroupMembership();
    void sysctlIsSetInsideOnly();
    void changesGoToUpperWithMappedOwners();
    void readonlyRoot();
    void onlyTheStreamsAreOpen();
    void reapedByTheRuntimeAfterSignal();

private:
    static void kinds(bool withoutOverlay)
    {
        QTest::addColumn<Kind>("kind");
        QTest::newRow("without user namespace") << Kind::Plain;
        QTest::newRow("with user namespace") << Kind::User;
        if (!withoutOverlay)
            QTest::newRow("with user namespace and overlay") << Kind::Overlay;
    }
};

/// crun refuses to start while the empty v2 tree of a hybrid machine lists a controller: it must not see that tree.
static Outcome runWithCrun(const Bundle& bundle)
{
    return test::run(QStringLiteral("unshare"),
                     {QStringLiteral("--mount"), QStringLiteral("sh"), QStringLiteral("-c"),
                      QStringLiteral("! umount -l /sys/fs/cgroup/unified 2>/dev/null || mount -t tmpfs lamella-hide "
                                     "/sys/fs/cgroup/unified; exec crun --root %1/crun run -b %1 %2")
                          .arg(bundle.directory(), bundle.id())});
}

void TestRuntimeRun::seesTheSameAsWithCrun()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    bundle.setScript(QStringLiteral(R"(
        id; hostname; pwd; umask; ulimit -n; cat /proc/self/uid_map
        grep -E '^(Cap|NoNew|Uid|Gid|Groups)' /proc/self/status
        for f in /proc/keys /proc/timer_list; do wc -c <$f; done
        ls /proc/acpi /proc/scsi /sys/firmware 2>&1 | sort
        for f in /proc/sys/kernel/domainname /proc/sysrq-trigger; do (echo x >$f) 2>&1; done
        for m in /proc /dev /dev/pts /dev/shm /dev/mqueue /sys; do grep " $m " /proc/mounts | cut -d' ' -f2,3; done
        for n in null zero full random urandom tty; do stat -c '%n %t:%T %a' /dev/$n; done
        for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done
        ip addr show lo | grep -c 'inet 127.0.0.1'
        tr '\0' '\n' </proc/self/environ | sort; echo $$; ps >/dev/shm/ps; wc -l </dev/shm/ps
    )"));
    bundle.spec.process.rlimits = {{"RLIMIT_NOFILE", 500, 500}};
    const Outcome ours = bundle.run();
    QCOMPARE(ours.err, QByteArray{});
    QCOMPARE(ours.status, 0);
    const Outcome theirs = runWithCrun(bundle);
    QCOMPARE(theirs.err, QByteArray{});
    QCOMPARE(ours.out.split('\n'), theirs.out.split('\n'));
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeRun::endsWithTheProgramsStatus_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("status");
    QTest::newRow("zero") << QStringLiteral("true") << 0;
    QTest::newRow("seven") << QStringLiteral("exit 7") << 7;
    QTest::newRow("255") << QStringLiteral("exit 255") << 255;
    // PID 1 of a namespace cannot kill itself: its child is what dies.
    QTest::newRow("child killed") << QStringLiteral("sh -c 'kill -9 $$'; exit $?") << 137;
}

void TestRuntimeRun::endsWithTheProgramsStatus()
{
    QFETCH(QString, script);
    Bundle bundle{Kind::Overlay};
    bundle.setScript(script);
    QTEST(bundle.run().status, "status");
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeRun::capabilities()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    auto& sets = bundle.spec.process.capabilities;
    sets->bounding = {"CAP_CHOWN", "CAP_KILL", "CAP_SETUID"};
    sets->permitted = sets->effective = {"CAP_CHOWN", "CAP_KILL"};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("status")});
    const QByteArray out = bundle.run().out;
    // Bits of linux/capability.h: CHOWN 0, KILL 5, SETUID 7. With no_new_privs execve(2) adds nothing of the bounding
    // set.
    QVERIFY2(out.contains("CapInh:\t0000000000000000"), out);
    QVERIFY2(out.contains("CapBnd:\t00000000000000a1"), out);
    QVERIFY2(out.contains("CapEff:\t0000000000000021"), out);
    QVERIFY2(out.contains("CapAmb:\t0000000000000000"), out);
    QVERIFY2(out.contains("NoNewPrivs:\t1"), out);
}

void TestRuntimeRun::ambientCapabilities()
{
    Bundle bundle{Kind::User};
    auto& sets = bundle.spec.process.capabilities;
    sets->inheritable = sets->ambient = {"CAP_KILL"};
    bundle.spec.process.user.uid = 1000;
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("status")});
    const QByteArray out = bundle.run().out;
    QVERIFY2(out.contains("CapAmb:\t0000000000000020"), out);
    QVERIFY2(out.contains("CapEff:\t0000000000000020"), out);
    QVERIFY2(out.contains("CapInh:\t0000000000000020"), out);
}

void TestRuntimeRun::seccompFilterIsLoaded()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    oci::Seccomp seccomp;
    seccomp.defaultAction = "SCMP_ACT_ALLOW";
    seccomp.syscalls = {{{"sethostname"}, "SCMP_ACT_ERRNO", 13, {}}};
    bundle.spec.linux.seccomp = seccomp;
    bundle.setScript(QStringLiteral("payload status; hostname other; hostname"));
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.out.contains("Seccomp:\t2"), outcome.out + outcome.err);
    QVERIFY2(outcome.out.endsWith("box\n"), outcome.out);
    QVERIFY2(outcome.err.contains("Permission denied"), outcome.err);
}

void TestRuntimeRun::userAndGroups()
{
    Bundle bundle{Kind::User};
    bundle.spec.process.user = {1000, 1001, 0027, {10, 2000}};
    bundle.setScript(QStringLiteral("payload ids; umask"));
    QCOMPARE(bundle.run().out, QByteArray{"uid=1000 gid=1001 groups=10,2000\n0027\n"});
}

void TestRuntimeRun::limits()
{
    Bundle bundle{Kind::Overlay};
    // The last asks for more than this machine's hard limit: it is not an error, and gives what there is.
    bundle.spec.process.rlimits = {{"RLIMIT_CORE", 0, 0}, {"RLIMIT_NOFILE", 100, 4'000'000'000}};
    bundle.spec.linux.resources.pidsLimit = 10;
    bundle.setScript(QStringLiteral("ulimit -c; ulimit -n; exec payload forks 20"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"0\n100\nmade 9\n"});
}

void TestRuntimeRun::memoryLimitKills()
{
    Bundle bundle{Kind::Overlay};
    bundle.spec.linux.resources.memory.limit = bundle.spec.linux.resources.memory.swap = 32 << 20;
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("memory"), QStringLiteral("8")});
    QCOMPARE(bundle.run().out, QByteArray{"touched\n"});
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("memory"), QStringLiteral("256")});
    QCOMPARE(bundle.run().status, 137);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeRun::cgroupMembership()
{
    Bundle bundle{Kind::Overlay};
    bundle.spec.linux.namespaces.erase(
        std::ranges::find(bundle.spec.linux.namespaces, oci::NamespaceType::Cgroup, &oci::Namespace::type));
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("cat"), QStringLiteral("/proc/self/cgroup")});
    const QByteArray out = bundle.run().out;
    QVERIFY2(out.contains(QByteArray::fromStdString(bundle.spec.linux.cgroupsPath)), out);
}

void TestRuntimeRun::sysctlIsSetInsideOnly()
{
    const auto read = [] {
        QFile file{QStringLiteral("/proc/sys/net/ipv4/ip_default_ttl")};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    };
    const QByteArray before = read();
    Bundle bundle{Kind::Overlay};
    bundle.spec.linux.sysctl = {{"net.ipv4.ip_default_ttl", "77"}, {"kernel.msgmax", "4096"}};
    bundle.setScript(QStringLiteral("cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/msgmax"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.out, QByteArray{"77\n4096\n"});
    QCOMPARE(read(), before);
}

void TestRuntimeRun::changesGoToUpperWithMappedOwners()
{
    Bundle bundle{Kind::Overlay};
    bundle.setScript(QStringLiteral("echo new >/etc/new; echo more >>/etc/passwd; chown 5:5 /etc/new; rm /bin/vi"));
    QCOMPARE(bundle.run().status, 0);
    const QByteArray upper = bundle.directory().toLocal8Bit() + "/upper";
    struct stat info{};
    QCOMPARE(::lstat((upper + "/etc/new").constData(), &info), 0);
    QCOMPARE(info.st_uid, 100005u);
    QCOMPARE(::lstat((upper + "/etc/passwd").constData(), &info), 0);
    QCOMPARE(info.st_uid, 100000u);
    QCOMPARE(::lstat((upper + "/bin/vi").constData(), &info), 0);
    QVERIFY(S_ISCHR(info.st_mode) && info.st_rdev == 0);
}

void TestRuntimeRun::readonlyRoot()
{
    Bundle bundle{Kind::Overlay};
    bundle.spec.rootReadonly = true;
    bundle.setScript(QStringLiteral("touch /file; touch /dev/shm/file && echo shm"));
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.err.contains("Read-only file system"), outcome.err);
    QCOMPARE(outcome.out, QByteArray{"shm\n"});
}

void TestRuntimeRun::onlyTheStreamsAreOpen()
{
    // A descriptor that the caller of the runtime forgot to close.
    const int leaked = ::open("/", O_RDONLY | O_DIRECTORY);
    QVERIFY(leaked > 2);
    Bundle bundle{Kind::Plain};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("fds")});
    const Outcome outcome = bundle.run();
    ::close(leaked);
    QCOMPARE(outcome.out.split('\n').size(), 4);
    QVERIFY2(!outcome.out.contains(" 40000"), outcome.out);
}

void TestRuntimeRun::reapedByTheRuntimeAfterSignal()
{
    Bundle bundle{Kind::Overlay};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("catch"), QStringLiteral("15")});
    bundle.write();
    QProcess process;
    process.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QVERIFY(process.waitForReadyRead(20'000));
    QCOMPARE(process.readAllStandardOutput(), QByteArray{"waiting\n"});
    process.terminate();
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), 55);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

QTEST_GUILESS_MAIN(TestRuntimeRun)
#include "test_runtime_run.moc"
