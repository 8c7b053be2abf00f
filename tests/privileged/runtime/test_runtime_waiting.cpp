// SPDX-License-Identifier: GPL-3.0-or-later
#include "default_spec.h"
#include "running.h"

#include <QDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(Kind)

/// A container between `create` and `start`: what it still holds, and what it says before it waits.
class TestRuntimeWaiting : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void confinement_data();
    void confinement();
    void descriptors_data();
    void descriptors();
    void withoutAProcess();
    void underAStrictFilter();
    void refusalsAreTold_data();
    void refusalsAreTold();
    void whatOnlyTheUserMayReach_data();
    void whatOnlyTheUserMayReach();
};

namespace {

int pidOf(const Bundle& bundle)
{
    const Outcome state = bundle.runtime({QStringLiteral("state"), bundle.id()});
    return QJsonDocument::fromJson(state.out).object().value(u"pid").toInt();
}

QByteArray statusOf(int pid)
{
    QFile file{QStringLiteral("/proc/%1/status").arg(pid)};
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
}

/// What the descriptors from 3 on are, without what differs by the bundle, sorted.
QStringList descriptorsOf(int pid, const Bundle& bundle)
{
    QStringList targets;
    const QDir directory{QStringLiteral("/proc/%1/fd").arg(pid)};
    for (const QString& name : directory.entryList(QDir::System | QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot)) {
        QByteArray target(4096, '\0');
        const QByteArray link = directory.filePath(name).toLocal8Bit();
        target.resize(std::max<ssize_t>(0, ::readlink(link.constData(), target.data(), target.size())));
        if (name.toInt() > 2)
            targets << QString::fromLocal8Bit(target.replace(bundle.directory().toLocal8Bit(), "BUNDLE"));
    }
    targets.sort();
    return targets;
}

void kinds()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<bool>("noNewPrivileges");
    QTest::newRow("plain") << Kind::Plain << true;
    QTest::newRow("plain, privileges") << Kind::Plain << false;
    QTest::newRow("user namespace") << Kind::User << true;
    QTest::newRow("overlay, privileges") << Kind::Overlay << false;
}

} // namespace

void TestRuntimeWaiting::confinement_data()
{
    kinds();
}

void TestRuntimeWaiting::confinement()
{
    QFETCH(Kind, kind);
    QFETCH(bool, noNewPrivileges);
    Bundle bundle{kind};
    oci::Process& process = bundle.spec.process;
    process.user = {1000, 1001, {}, {7, 8}};
    process.noNewPrivileges = noNewPrivileges;
    process.capabilities = oci::Capabilities{};
    process.capabilities->bounding = {"CAP_KILL", "CAP_CHOWN"};
    process.capabilities->permitted = process.capabilities->effective = {"CAP_KILL"};
    process.rlimits = {{"RLIMIT_NOFILE", 99, 99}};
    bundle.spec.linux.seccomp = oci::Seccomp{};
    bundle.spec.linux.seccomp->defaultAction = "SCMP_ACT_ALLOW";
    bundle.spec.linux.seccomp->syscalls = {{{"sethostname"}, "SCMP_ACT_ERRNO", 13, {}}};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    bundle.write();
    const Outcome created = createOf(bundle);
    QVERIFY2(created.status == 0, created.err);
    const int pid = pidOf(bundle);
    const QByteArray status = statusOf(pid);
    const QByteArray base = QByteArray::number(kind == Kind::Plain ? 1000 : 101000);
    for (const QByteArray& line :
         {"Uid:\t" + QByteArray{base + '\t'}.repeated(3) + base, QByteArray{"CapInh:\t0000000000000000"},
          QByteArray{"CapPrm:\t0000000000000020"}, QByteArray{"CapEff:\t0000000000000020"},
          QByteArray{"CapBnd:\t0000000000000021"}, QByteArray{"CapAmb:\t0000000000000000"},
          QByteArray{"NoNewPrivs:\t"} + (noNewPrivileges ? '1' : '0')})
        QVERIFY2(status.contains(line + '\n'), status);
    // With no_new_privs the filter needs nothing, and comes last: what waits then need not get past it.
    QVERIFY2(status.contains(noNewPrivileges ? "Seccomp:\t0\n" : "Seccomp:\t2\n"), status);
    QCOMPARE(bundle.runtime({QStringLiteral("start"), bundle.id()}).err, QByteArray{});
    QTRY_VERIFY(statusOf(pid).contains("Seccomp:\t2\n"));
    QVERIFY(statusOf(pid).contains("Name:\tpayload\n"));
}

void TestRuntimeWaiting::descriptors_data()
{
    QTest::addColumn<bool>("hooks");
    QTest::newRow("program") << false;
    QTest::newRow("hooks") << true;
}

void TestRuntimeWaiting::descriptors()
{
    QFETCH(bool, hooks);
    for (const Kind kind : {Kind::Plain, Kind::Overlay}) {
        Bundle bundle{kind};
        bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {}});
        if (hooks)
            bundle.spec.hooks.startContainer = {{"/bin/true", {}, {}, {}}};
        bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
        bundle.write();
        const Outcome created = createOf(bundle);
        QVERIFY2(created.status == 0, created.err);
        const int pid = pidOf(bundle);
        const QString state = QStringLiteral("BUNDLE/state/") + bundle.id();
        QTRY_COMPARE(descriptorsOf(pid, bundle),
                     (QStringList{state + QStringLiteral("/gate"), state + QStringLiteral("/report")}));
        QCOMPARE(bundle.runtime({QStringLiteral("start"), bundle.id()}).err, QByteArray{});
        QTRY_COMPARE(descriptorsOf(pid, bundle), QStringList{});
    }
}

/// It can wait, and only wait: it needs no capability for that.
void TestRuntimeWaiting::withoutAProcess()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.hasProcess = false;
    bundle.write();
    const Outcome created = createOf(bundle);
    QVERIFY2(created.status == 0, created.err);
    const QByteArray status = statusOf(pidOf(bundle));
    QVERIFY2(status.contains("CapEff:\t0000000000000000\n"), status);
    QVERIFY2(status.contains("CapBnd:\t0000000000000000\n"), status);
}

/// The filter of a program without no_new_privs is loaded before it waits.
void TestRuntimeWaiting::underAStrictFilter()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.process.noNewPrivileges = false;
    oci::Seccomp seccomp;
    seccomp.defaultAction = "SCMP_ACT_ALLOW";
    seccomp.syscalls = {{{"sendmsg", "sendto", "recvmsg", "recvfrom", "poll", "futex", "close_range", "faccessat2",
                          "faccessat", "access", "newfstatat", "stat", "getcwd", "openat", "openat2"},
                         "SCMP_ACT_ERRNO",
                         1,
                         {}}};
    bundle.spec.linux.seccomp = seccomp;
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("exit"), QStringLiteral("7")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.status, 7);
}

void TestRuntimeWaiting::refusalsAreTold_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("directory");
    QTest::addColumn<QByteArray>("error");
    QTest::newRow("no program") << "nothing" << "/" << QByteArray{"nothing"};
    QTest::newRow("no file") << "/bin/nothing" << "/" << QByteArray{"/bin/nothing"};
    QTest::newRow("below the working directory") << "./nothing" << "/bin" << QByteArray{"./nothing"};
    QTest::newRow("not executable") << "/etc/passwd" << "/" << QByteArray{"/etc/passwd"};
    QTest::newRow("a directory") << "/etc" << "/" << QByteArray{"/etc"};
    QTest::newRow("not the user's") << "/root/payload" << "/" << QByteArray{"/root/payload"};
}

/// By `create`, as runc does, as the user who will run the program.
void TestRuntimeWaiting::refusalsAreTold()
{
    QFETCH(QString, command);
    QFETCH(QString, directory);
    QFETCH(QByteArray, error);
    Bundle bundle{Kind::User};
    const QString root = bundle.image() + QStringLiteral("/root");
    QVERIFY(QFile::copy(bundle.image() + QStringLiteral("/bin/payload"), root + QStringLiteral("/payload")));
    QCOMPARE(::chmod(root.toLocal8Bit().constData(), 0700), 0);
    bundle.spec.process.user.uid = 1000;
    bundle.spec.process.capabilities = oci::Capabilities{};
    bundle.spec.process.cwd = directory.toStdString();
    bundle.setCommand({command});
    bundle.write();
    const Outcome created = createOf(bundle);
    QVERIFY2(created.status == 1 && created.err.contains(error), created.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeWaiting::whatOnlyTheUserMayReach_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("directory");
    QTest::newRow("program") << "/private/inner/payload" << "/";
    QTest::newRow("program of PATH") << "payload" << "/";
    QTest::newRow("working directory") << "/bin/payload" << "/private/inner";
    QTest::newRow("program in the working directory") << "./payload" << "/private/inner";
}

/// The container's root may not enter a directory whose owner has no name in the container; the user may, by his group.
void TestRuntimeWaiting::whatOnlyTheUserMayReach()
{
    QFETCH(QString, command);
    QFETCH(QString, directory);
    Bundle bundle{Kind::User};
    const QByteArray top = (bundle.image() + QStringLiteral("/private")).toLocal8Bit();
    QVERIFY(QDir{}.mkpath(QString::fromLocal8Bit(top) + QStringLiteral("/inner")));
    QVERIFY(QFile::copy(bundle.image() + QStringLiteral("/bin/payload"),
                        QString::fromLocal8Bit(top) + QStringLiteral("/inner/payload")));
    QVERIFY(::chown(top.constData(), 0, kFirstId + 1000) == 0 && ::chmod(top.constData(), 0750) == 0);
    bundle.spec.process.user = {1000, 1000, {}, {}};
    bundle.spec.process.cwd = directory.toStdString();
    bundle.spec.process.env = {"PATH=/private/inner"};
    bundle.setCommand({command, QStringLiteral("exit"), QStringLiteral("7")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.status, 7);
}

QTEST_GUILESS_MAIN(TestRuntimeWaiting)
#include "test_runtime_waiting.moc"
