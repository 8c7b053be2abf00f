// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"
#include "engine/os/memfd.h"

#include <QCryptographicHash>
#include <QDir>
#include <QProcess>
#include <QTest>

#include <array>
#include <cstddef>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

using namespace lamella;
using namespace lamella::test;

/// Known ways out of containers, each tried. A test has the name of what it tries.
class TestRuntimeEscapes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void cve_2019_5736_entryIsTheRuntimeItself();
    void cve_2019_5736_runtimeIsWrittenWhileItEnters_data();
    void cve_2019_5736_runtimeIsWrittenWhileItEnters();
    void cve_2024_21626_workingDirectoryThroughDescriptor();
    void cve_2024_45310_missingTargetsMadeInsideOnly();
    void cve_2019_16884_mountsOverProc_data();
    void cve_2019_16884_mountsOverProc();
    void cve_2019_19921_procIsSymlink();
    void cve_2025_31133_nullReplaced();
    void cve_2025_52565_consoleIsSymlink();
    void cve_2026_41579_devIsSymlink();
    void cve_2026_30892_execUser_data() { users(); }
    void cve_2026_30892_execUser();
    void cve_2024_40635_userWraps_data() { users(); }
    void cve_2024_40635_userWraps();
    void cve_2022_29162_inheritableCapabilities();
    void cve_2022_0492_releaseAgent();

private:
    static void users();
};

static QByteArray hashOf(const QString& path)
{
    QFile file{path};
    QCryptographicHash hash{QCryptographicHash::Sha256};
    return file.open(QIODevice::ReadOnly) && hash.addData(&file) ? hash.result().toHex() : QByteArray{};
}

void TestRuntimeEscapes::cve_2019_5736_entryIsTheRuntimeItself()
{
    const QByteArray before = hashOf(runtimeProgram());
    QVERIFY(!before.isEmpty());
    // Without a user namespace: there the container's root could write the host's file.
    Bundle bundle{Kind::Plain};
    QFile entry{bundle.image() + QStringLiteral("/entry")};
    QVERIFY(entry.open(QIODevice::WriteOnly));
    entry.write("#!/proc/self/exe\n");
    entry.setPermissions(QFile::ExeOwner | QFile::ReadOwner);
    entry.close();
    bundle.setCommand({QStringLiteral("/entry")});
    QVERIFY(bundle.run().status != 0);
    QCOMPARE(hashOf(runtimeProgram()), before);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeEscapes::cve_2019_5736_runtimeIsWrittenWhileItEnters_data()
{
    QTest::addColumn<bool>("letsGo");
    QTest::newRow("lets go of its file") << true;
    QTest::newRow("cannot let go of its file") << false;
}

/// As a machine answers that withholds CAP_SYS_RESOURCE and whose kernel has no checkpoints.
static void denySettingMemory()
{
    std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
                      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
                      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_MM, 0, 1),
                      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{filter.size(), filter.data()};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        ::_exit(99);
}

void TestRuntimeEscapes::cve_2019_5736_runtimeIsWrittenWhileItEnters()
{
    QFETCH(const bool, letsGo);
    const auto start = [&](QProcess& process, const Bundle& bundle, const QStringList& arguments) {
        if (!letsGo)
            process.setChildProcessModifier(denySettingMemory);
        process.start(runtimeProgram(), bundle.runtimeArguments(arguments));
    };
    const QByteArray before = hashOf(runtimeProgram());
    Bundle bundle{Kind::Plain};
    bundle.setScript(QStringLiteral("echo ready; while :; do for p in /proc/[0-9]*; do "
                                    "[ $p = /proc/1 ] || { echo overwritten >$p/exe; } 2>/dev/null; done; done"));
    bundle.spec.process.capabilities->bounding.push_back("CAP_SYS_PTRACE");
    bundle.spec.process.capabilities->permitted = bundle.spec.process.capabilities->effective
        = bundle.spec.process.capabilities->bounding;
    bundle.write();
    QProcess container;
    start(container, bundle, {QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()});
    QVERIFY(container.waitForReadyRead(20'000));
    // The file of the process that comes near the container is in memory, sealed, and empty where it can be.
    const QString exe = QStringLiteral("/proc/%1/exe").arg(container.processId());
    QVERIFY2(QFile::symLinkTarget(exe).contains(QStringLiteral("memfd:")), qPrintable(QFile::symLinkTarget(exe)));
    QFile file{exe};
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(os::isSealed(BorrowedFd{file.handle()}));
    QCOMPARE(file.size(), letsGo ? 0 : QFile{runtimeProgram()}.size());
    // ps(1) still shows what it was asked to do.
    QFile commandLine{QStringLiteral("/proc/%1/cmdline").arg(container.processId())};
    QVERIFY(commandLine.open(QIODevice::ReadOnly));
    QVERIFY(commandLine.readAll().endsWith(bundle.id().toUtf8() + '\0'));
    for (int i = 0; i < 20; ++i) {
        QProcess entering;
        start(entering, bundle, {QStringLiteral("exec"), bundle.id(), QStringLiteral("true")});
        QVERIFY(entering.waitForFinished(20'000));
        QCOMPARE(entering.exitCode(), 0);
    }
    container.kill();
    container.waitForFinished();
    bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()});
    QCOMPARE(hashOf(runtimeProgram()), before);
}

void TestRuntimeEscapes::cve_2024_21626_workingDirectoryThroughDescriptor()
{
    // Descriptors of host directories that the caller forgot to close.
    std::array<int, 8> leaked{};
    for (int& fd : leaked)
        fd = ::open("/var/tmp", O_RDONLY | O_DIRECTORY);
    Bundle bundle{Kind::Plain};
    bundle.setScript(QStringLiteral("ls -id . /"));
    for (int fd = 0; fd < 32; ++fd) {
        bundle.spec.process.cwd = "/proc/self/fd/" + std::to_string(fd);
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("working directory"), outcome.err);
    }
    for (const int fd : leaked)
        ::close(fd);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeEscapes::cve_2024_45310_missingTargetsMadeInsideOnly()
{
    Bundle bundle{Kind::Plain};
    const QString victim = bundle.directory() + QStringLiteral("/victim");
    QVERIFY(QDir{}.mkpath(victim));
    QCOMPARE(::symlink(victim.toLocal8Bit().constData(),
                       (bundle.image() + QStringLiteral("/vol/link")).toLocal8Bit().constData()),
             0);
    bundle.spec.mounts.push_back({"/vol/link/new/directory", "tmpfs", "tmpfs", {}});
    bundle.setCommand({QStringLiteral("true")});
    bundle.run();
    QCOMPARE(QDir{victim}.entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{});
}

void TestRuntimeEscapes::cve_2019_16884_mountsOverProc_data()
{
    QTest::addColumn<QString>("destination");
    QTest::addColumn<QString>("type");
    for (const char* path : {"/proc/self", "/proc/self/attr", "/proc/sys", "/proc/1", "/proc/thread-self", "/proc"})
        QTest::newRow(path) << QString::fromLatin1(path) << QStringLiteral("tmpfs");
    QTest::newRow("not normalised") << QStringLiteral("/etc/../proc/self") << QStringLiteral("tmpfs");
    QTest::newRow("two slashes") << QStringLiteral("//proc/self") << QStringLiteral("tmpfs");
    QTest::newRow("bind") << QStringLiteral("/proc") << QStringLiteral("bind");
}

void TestRuntimeEscapes::cve_2019_16884_mountsOverProc()
{
    QFETCH(QString, destination);
    QFETCH(QString, type);
    Bundle bundle{Kind::Plain};
    bundle.spec.mounts.push_back({destination.toStdString(), type.toStdString(), "/var/tmp", {}});
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("mounts: "), outcome.err);
}

void TestRuntimeEscapes::cve_2019_19921_procIsSymlink()
{
    Bundle bundle{Kind::Plain};
    QVERIFY(QDir{}.rmdir(bundle.image() + QStringLiteral("/proc")));
    QCOMPARE(::symlink("/vol", (bundle.image() + QStringLiteral("/proc")).toLocal8Bit().constData()), 0);
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("cannot mount /proc, which must be mounted on ordinary directory"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeEscapes::cve_2025_31133_nullReplaced()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.linux.maskedPaths = {"/proc/keys"};
    bundle.setCommand({QStringLiteral("true")});
    QCOMPARE(bundle.run().status, 0);
    // In this test's own mount namespace another file takes the place of /dev/null.
    const QByteArray other = bundle.directory().toLocal8Bit() + "/other";
    QFile file{QString::fromLocal8Bit(other)};
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(::mount(other.constData(), "/dev/null", nullptr, MS_BIND, nullptr), 0);
    const Outcome outcome = bundle.run();
    QCOMPARE(::umount2("/dev/null", MNT_DETACH), 0);
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("cannot mask or protect /proc/keys"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeEscapes::cve_2025_52565_consoleIsSymlink()
{
    Bundle bundle{Kind::Plain};
    // An image with a /dev of its own, whose console leads to a file that the bind would make writable.
    std::erase_if(bundle.spec.mounts, [](const oci::Mount& mount) { return mount.destination == "/dev"; });
    QVERIFY(QDir{}.mkpath(bundle.image() + QStringLiteral("/dev/pts")));
    QCOMPARE(
        ::symlink("/proc/sysrq-trigger", (bundle.image() + QStringLiteral("/dev/console")).toLocal8Bit().constData()),
        0);
    bundle.spec.process.terminal = true;
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("cannot make the terminal"), outcome.err);
}

void TestRuntimeEscapes::cve_2026_41579_devIsSymlink()
{
    Bundle bundle{Kind::Plain};
    const QString victim = bundle.directory() + QStringLiteral("/victim");
    QVERIFY(QDir{}.mkpath(victim));
    QVERIFY(QDir{}.rmdir(bundle.image() + QStringLiteral("/dev")));
    QCOMPARE(::symlink(victim.toLocal8Bit().constData(),
                       (bundle.image() + QStringLiteral("/dev")).toLocal8Bit().constData()),
             0);
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("cannot mount /dev"), outcome.err);
    QCOMPARE(QDir{victim}.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot), QStringList{});
}

void TestRuntimeEscapes::users()
{
    QTest::addColumn<QByteArray>("uid");
    for (const char* uid : {"2147483648", "4294967295", "4294967296", "18446744073709551616", "-1", "1.0", "1e3",
                            "\"0\"", "\"1000\"", "true", "[0]"})
        QTest::newRow(uid) << QByteArray{uid};
}

void TestRuntimeEscapes::cve_2026_30892_execUser()
{
    QFETCH(QByteArray, uid);
    Bundle bundle{Kind::Plain};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("60")});
    bundle.write();
    QProcess container;
    container.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QVERIFY(container.waitForReadyRead(20'000));
    const QString path = bundle.directory() + QStringLiteral("/process.json");
    QFile file{path};
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"cwd":"/","args":["payload","ids"],"user":{"gid":0,"uid":)" + uid + "}}");
    file.close();
    const Outcome outcome = bundle.runtime({QStringLiteral("exec"), QStringLiteral("--process"), path, bundle.id()});
    QCOMPARE(outcome.status, 255);
    QVERIFY2(outcome.err.contains("process.user.uid"), outcome.err);
    QCOMPARE(outcome.out, QByteArray{});
    bundle.runtime({QStringLiteral("kill"), bundle.id(), QStringLiteral("KILL")});
    container.waitForFinished();
}

void TestRuntimeEscapes::cve_2024_40635_userWraps()
{
    QFETCH(QByteArray, uid);
    Bundle bundle{Kind::User};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("ids")});
    bundle.spec.process.user.uid = 1234567;
    QByteArray config = QByteArray::fromStdString(oci::serializeSpec(bundle.spec));
    QCOMPARE(config.count("1234567"), 1);
    bundle.writeRaw(config.replace("1234567", uid));
    const Outcome outcome
        = bundle.runtime({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()});
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("process.user.uid"), outcome.err);
    QCOMPARE(outcome.out, QByteArray{});
}

void TestRuntimeEscapes::cve_2022_29162_inheritableCapabilities()
{
    for (const Kind kind : {Kind::Plain, Kind::Overlay}) {
        Bundle bundle{kind};
        bundle.setCommand({QStringLiteral("payload"), QStringLiteral("status")});
        const QByteArray out = bundle.run().out;
        QVERIFY2(out.contains("CapInh:\t0000000000000000"), out);
    }
}

void TestRuntimeEscapes::cve_2022_0492_releaseAgent()
{
    for (const Kind kind : {Kind::Plain, Kind::Overlay}) {
        Bundle bundle{kind};
        bundle.setScript(QStringLiteral(
            "cd /sys/fs/cgroup; ls >/dev/null; for tree in * .; do payload remount /sys/fs/cgroup/$tree >/dev/null && "
            "echo remounted $tree; "
            "for file in release_agent notify_on_release tasks cgroup.procs; do [ -e $tree/$file ] || continue; "
            "{ echo 0 >$tree/$file; } 2>/dev/null && echo wrote $tree/$file; done; "
            "mkdir $tree/new 2>/dev/null && echo made $tree/new; done; "
            "mount -t cgroup -o rdma none /vol 2>/dev/null && echo mounted; unshare -UrmC mount -t cgroup -o rdma none "
            "/vol 2>/dev/null && echo mounted; "
            "ls -d memory pids"));
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.out, QByteArray{"memory\npids\n"});
    }
}

QTEST_GUILESS_MAIN(TestRuntimeEscapes)
#include "test_runtime_escapes.moc"
