// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"
#include "mount_table.h"
#include "swapper.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

/// Known ways out of containers while they start, raced for real: another process swaps names under the runtime, many
/// rounds. Then the same on a machine without openat2(2), where the runtime must refuse. A test has the name of what it
/// tries.
class TestRuntimeRaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void cve_2021_30465_targetsSwapped_data() { machines(); }
    void cve_2021_30465_targetsSwapped();
    void cve_2024_45310_missingTargetsSwapped_data() { machines(); }
    void cve_2024_45310_missingTargetsSwapped();
    void cve_2019_19921_procSwapped_data() { machines(); }
    void cve_2019_19921_procSwapped();
    void cve_2023_28642_sysSwapped_data() { machines(); }
    void cve_2023_28642_sysSwapped();
    void cve_2025_31133_nullSwapped_data() { machines(); }
    void cve_2025_31133_nullSwapped();
    void cve_2025_52565_consoleSwapped_data() { machines(); }
    void cve_2025_52565_consoleSwapped();
    void cve_2026_41579_devSwapped_data() { machines(); }
    void cve_2026_41579_devSwapped();
    void cve_2026_47766_deviceTargetsSwapped_data() { machines(); }
    void cve_2026_47766_deviceTargetsSwapped();

private:
    static constexpr int kRounds = 40;

    static void machines()
    {
        QTest::addColumn<bool>("hasOpenat2");
        QTest::newRow("with openat2") << true;
        QTest::newRow("without openat2") << false;
    }
};

/// As a kernel before 5.6 answers, or a filter of a container that the runtime itself runs in.
static void denyOpenat2()
{
    std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
                      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{filter.size(), filter.data()};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        ::_exit(99);
}

static Outcome runOnce(const Bundle& bundle, bool hasOpenat2)
{
    QProcess process;
    if (!hasOpenat2)
        process.setChildProcessModifier(denyOpenat2);
    process.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    process.closeWriteChannel();
    Outcome outcome;
    if (process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit)
        outcome.status = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

/// What came of many starts: each either ran the program, or ended with a sentence.
struct Rounds {
    QList<QByteArray> outputs; ///< of those that ran
    QList<QByteArray> errors; ///< of those that did not
    bool isRefusal() const
    {
        return outputs.isEmpty() && std::ranges::all_of(errors, [](const QByteArray& error) {
                   return error.contains("Function not implemented") && error.count('\n') == 1;
               });
    }
};

static Rounds start(const Bundle& bundle, int count, bool hasOpenat2)
{
    Rounds rounds;
    bundle.write();
    for (int i = 0; i < count; ++i) {
        const Outcome outcome = runOnce(bundle, hasOpenat2);
        if (outcome.status == 0)
            rounds.outputs.append(outcome.out);
        else
            rounds.errors.append(outcome.err);
    }
    return rounds;
}

/// Directories beside the root file system: one that a container shares with others, and one that is nobody's business.
class Ground {
public:
    explicit Ground(const Bundle& bundle)
        : m_shared((bundle.directory() + QStringLiteral("/shared")).toLocal8Bit())
        , m_victim((bundle.directory() + QStringLiteral("/victim")).toLocal8Bit())
    {
        QDir{}.mkpath(QString::fromLocal8Bit(m_shared + "/target/deep"));
        QDir{}.mkpath(QString::fromLocal8Bit(m_victim + "/deep"));
        QFile secret{QString::fromLocal8Bit(m_victim + "/deep/secret")};
        secret.open(QIODevice::WriteOnly);
        secret.write("secret");
        // Absolute: ".." cannot leave a root that lies on top of the host's, but this can where it is not resolved in
        // it.
        ::symlink(m_victim.constData(), (m_shared + "/evil").constData());
    }

    QByteArray shared(const char* name) const { return m_shared + '/' + name; }
    const QByteArray& victim() const { return m_victim; }
    std::string sharedPath() const { return m_shared.toStdString(); }

    /// What is in the victim and below, as one line.
    QByteArray victimsContent() const
    {
        QStringList names;
        const auto filter = QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot;
        names << QDir{QString::fromLocal8Bit(m_victim)}.entryList(filter);
        names << QDir{QString::fromLocal8Bit(m_victim + "/deep")}.entryList(filter);
        QFile secret{QString::fromLocal8Bit(m_victim + "/deep/secret")};
        names << (secret.open(QIODevice::ReadOnly) ? QString::fromLocal8Bit(secret.readAll()) : QStringLiteral("?"));
        return names.join(u' ').toLocal8Bit();
    }
    static constexpr const char* kUntouched = "deep secret secret";

private:
    QByteArray m_shared;
    QByteArray m_victim;
};

void TestRuntimeRaces::cve_2021_30465_targetsSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    const Ground ground{bundle};
    bundle.spec.mounts.push_back({"/vol", "bind", ground.sharedPath(), {"rbind"}});
    bundle.spec.mounts.push_back({"/vol/target/deep", "tmpfs", "tmpfs", {}});
    bundle.spec.mounts.push_back({"/vol/target/deep/secret", "bind", "/dev/null", {"bind"}});
    bundle.spec.linux.maskedPaths.emplace_back("/vol/target/deep");
    bundle.spec.linux.readonlyPaths.emplace_back("/vol/target");
    bundle.spec.process.cwd = "/vol/target/directory";
    bundle.setScript(QStringLiteral("touch mark deep/mark ../target/mark 2>/dev/null; true"));
    const Swapper swapper{ground.shared("target"), ground.shared("evil")};
    const Rounds rounds = start(bundle, hasOpenat2 ? kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    QCOMPARE(ground.victimsContent(), QByteArray{Ground::kUntouched});
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeRaces::cve_2024_45310_missingTargetsSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    const Ground ground{bundle};
    bundle.spec.mounts.push_back({"/vol", "bind", ground.sharedPath(), {"rbind"}});
    for (int i = 0; i < 8; ++i) {
        bundle.spec.mounts.push_back({"/vol/target/directory-" + std::to_string(i) + "/below", "tmpfs", "tmpfs", {}});
        bundle.spec.mounts.push_back({"/vol/target/file-" + std::to_string(i), "bind", "/dev/null", {"bind"}});
    }
    bundle.setCommand({QStringLiteral("true")});
    const Swapper swapper{ground.shared("target"), ground.shared("evil")};
    const Rounds rounds = start(bundle, hasOpenat2 ? kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    QCOMPARE(ground.victimsContent(), QByteArray{Ground::kUntouched});
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
}

/// An image whose "proc" (or "sys") is swapped with a link to a tree of files of the same names.
static void makeFake(const Bundle& bundle, const QByteArray& name, const QStringList& files)
{
    const QString fake = bundle.image() + QStringLiteral("/vol/") + QString::fromLatin1(name);
    for (const QString& file : files) {
        QDir{}.mkpath(QFileInfo{fake + u'/' + file}.path());
        QFile made{fake + u'/' + file};
        made.open(QIODevice::WriteOnly);
        made.write("fake\n");
    }
    ::symlink(("/vol/" + name).constData(), (bundle.image().toLocal8Bit() + "/fake-" + name).constData());
}

/// Prints the container's mounts, whatever names they have at the moment.
static QString printMounts()
{
    return QStringLiteral("for i in $(seq 500); do cat /proc/self/mountinfo 2>/dev/null && exit; done; exit 3");
}

/// Whether the file system of this type is there once, with each path below it masked, or read-only where it has a "r "
/// before it, and nothing is mounted on the fake one.
static bool isProtected(QByteArray table, const char* type, const QByteArrayList& paths)
{
    table.replace("/fake-", "/"); // a name may have changed between two lines
    const QList<MountLine> lines = mountLines(table);
    QByteArrayList points;
    for (const MountLine& line : lines) {
        if (line.point.startsWith("/vol"))
            return false;
        if (line.type == type && line.root == "/")
            points.append(line.point);
    }
    return points.size() == 1 && std::ranges::all_of(paths, [&](QByteArray path) {
               const bool readonly = path.startsWith("r ");
               const MountLine line = topmostAt(table, points.first() + path.mid(readonly ? 2 : 0));
               return !line.point.isEmpty() && line.has("ro") == (readonly || line.type == "tmpfs");
           });
}

void TestRuntimeRaces::cve_2019_19921_procSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    makeFake(bundle, "proc", {QStringLiteral("self/attr/exec"), QStringLiteral("sys/x"), QStringLiteral("keys")});
    bundle.spec.linux.maskedPaths = {"/proc/keys"};
    bundle.spec.linux.readonlyPaths = {"/proc/sys", "/proc/irq"};
    bundle.setScript(printMounts());
    const QByteArray image = bundle.image().toLocal8Bit();
    const Swapper swapper{image + "/proc", image + "/fake-proc"};
    const Rounds rounds = start(bundle, hasOpenat2 ? 2 * kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    for (const QByteArray& out : rounds.outputs)
        QVERIFY2(isProtected(out, "proc", {"/keys", "r /sys", "r /irq"}), out);
    for (const QByteArray& error : rounds.errors)
        QVERIFY2(error.contains(": cannot "), error);
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
}

void TestRuntimeRaces::cve_2023_28642_sysSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    makeFake(bundle, "sys", {QStringLiteral("firmware/x"), QStringLiteral("kernel/x")});
    bundle.spec.linux.maskedPaths = {"/sys/firmware"};
    bundle.spec.linux.readonlyPaths = {"/sys/kernel"};
    for (oci::Mount& mount : bundle.spec.mounts) {
        if (mount.type == "sysfs")
            std::erase(mount.options, "ro");
    }
    bundle.setScript(printMounts());
    const QByteArray image = bundle.image().toLocal8Bit();
    const Swapper swapper{image + "/sys", image + "/fake-sys"};
    const Rounds rounds = start(bundle, hasOpenat2 ? 2 * kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    for (const QByteArray& out : rounds.outputs)
        QVERIFY2(isProtected(out, "sysfs", {"/firmware", "r /kernel"}), out);
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
}

/// An image that has a /dev of its own, and nothing is mounted there.
static void useOwnDev(Bundle& bundle)
{
    std::erase_if(bundle.spec.mounts, [](const oci::Mount& mount) { return mount.destination.starts_with("/dev"); });
}

void TestRuntimeRaces::cve_2025_31133_nullSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    useOwnDev(bundle);
    const QByteArray dev = bundle.image().toLocal8Bit() + "/dev/";
    QCOMPARE(::mknod((dev + "null").constData(), S_IFCHR | 0666, makedev(1, 3)), 0);
    QCOMPARE(::symlink("/proc/sys/kernel/domainname", (dev + "evil").constData()), 0);
    bundle.spec.linux.maskedPaths = {"/proc/keys", "/proc/timer_list"};
    bundle.setScript(QStringLiteral("cat /proc/keys /proc/timer_list; echo x 2>/dev/zero >/proc/sys/kernel/domainname; "
                                    "cat /proc/self/mountinfo"));
    const Swapper swapper{dev + "null", dev + "evil"};
    const Rounds rounds = start(bundle, hasOpenat2 ? kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    for (const QByteArray& out : rounds.outputs) {
        // The masked files show nothing, nor did they become another file; and what the link leads to is read-only.
        QVERIFY2(mountLines(out).size() > 3 && !out.startsWith("(none)"), out);
        QCOMPARE(topmostAt(out, "/proc/sys/kernel/domainname").point, QByteArray{});
        for (const char* point : {"/proc/keys", "/proc/timer_list"})
            QCOMPARE(topmostAt(out, point).type, QByteArray{"devtmpfs"});
        QVERIFY2(topmostAt(out, "/proc/sys").has("ro"), out);
    }
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
}

void TestRuntimeRaces::cve_2025_52565_consoleSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    useOwnDev(bundle);
    bundle.spec.mounts.push_back({"/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"}});
    const QByteArray dev = bundle.image().toLocal8Bit() + "/dev/";
    QFile console{QString::fromLocal8Bit(dev + "console")};
    QVERIFY(console.open(QIODevice::WriteOnly));
    QCOMPARE(::symlink("/proc/sys/kernel/domainname", (dev + "evil").constData()), 0);
    bundle.spec.process.terminal = true;
    bundle.setScript(QStringLiteral("cat /proc/self/mountinfo"));
    const Swapper swapper{dev + "console", dev + "evil"};
    const Rounds rounds = start(bundle, hasOpenat2 ? kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    for (QByteArray out : rounds.outputs) {
        out.replace('\r', ""); // a terminal's
        QCOMPARE(topmostAt(out, "/proc/sys/kernel/domainname").point, QByteArray{});
        // By whichever name it has now.
        const bool hasConsole
            = topmostAt(out, "/dev/console").type == "devpts" || topmostAt(out, "/dev/evil").type == "devpts";
        QVERIFY2(hasConsole, out);
    }
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
}

void TestRuntimeRaces::cve_2026_41579_devSwapped()
{
    QFETCH(bool, hasOpenat2);
    for (const bool ownDev : {false, true}) {
        Bundle bundle{Kind::Plain};
        const Ground ground{bundle};
        if (ownDev)
            useOwnDev(bundle);
        bundle.spec.linux.devices = {{"/dev/deep/x", "c", 10, 229}};
        const QByteArray image = bundle.image().toLocal8Bit();
        QCOMPARE(::symlink(ground.victim().constData(), (image + "/evil").constData()), 0);
        bundle.setScript(QStringLiteral("touch /dev/mark; true"));
        const Swapper swapper{image + "/dev", image + "/evil"};
        const Rounds rounds = start(bundle, hasOpenat2 ? kRounds : 3, hasOpenat2);
        QVERIFY(swapper.isSwapping());
        QCOMPARE(ground.victimsContent(), QByteArray{Ground::kUntouched});
        QCOMPARE(rounds.isRefusal(), !hasOpenat2);
    }
}

void TestRuntimeRaces::cve_2026_47766_deviceTargetsSwapped()
{
    QFETCH(bool, hasOpenat2);
    Bundle bundle{Kind::Plain};
    const Ground ground{bundle};
    bundle.spec.mounts.push_back({"/vol", "bind", ground.sharedPath(), {"rbind"}});
    for (int i = 0; i < 8; ++i)
        bundle.spec.linux.devices.push_back({"/vol/target/deep/x" + std::to_string(i), "c", 10, 229});
    bundle.setCommand({QStringLiteral("true")});
    const Swapper swapper{ground.shared("target"), ground.shared("evil")};
    const Rounds rounds = start(bundle, hasOpenat2 ? kRounds : 3, hasOpenat2);
    QVERIFY(swapper.isSwapping());
    QCOMPARE(ground.victimsContent(), QByteArray{Ground::kUntouched});
    QCOMPARE(rounds.isRefusal(), !hasOpenat2);
}

QTEST_GUILESS_MAIN(TestRuntimeRaces)
#include "test_runtime_races.moc"
