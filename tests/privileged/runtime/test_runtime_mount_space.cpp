// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"
#include "mount_table.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <sys/mount.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

/// Containers in the mount namespace of the machine or of others.
class TestRuntimeMountSpace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void shared_data();
    void shared();
    void execsInTheContainersRoot();
    void joined();

private:
    /// Removes the namespace, or gives it a path.
    static void placeMounts(Bundle& bundle, const std::string& path)
    {
        auto& spaces = bundle.spec.linux.namespaces;
        std::erase_if(spaces, [](const oci::Namespace& space) { return space.type == oci::NamespaceType::Mount; });
        if (!path.empty())
            spaces.push_back({oci::NamespaceType::Mount, path});
    }

    static QByteArray namespaceOf(const QString& process)
    {
        QByteArray name(64, '\0');
        const QByteArray path = QStringLiteral("/proc/%1/ns/mnt").arg(process).toLocal8Bit();
        name.resize(std::max<ssize_t>(0, ::readlink(path.constData(), name.data(), name.size())));
        return name;
    }
};

static QByteArray mountsOf(const QString& process)
{
    QFile table{QStringLiteral("/proc/%1/mountinfo").arg(process)};
    return table.open(QIODevice::ReadOnly) ? table.readAll() : QByteArray{};
}

static QByteArray ownMounts()
{
    return mountsOf(QStringLiteral("self"));
}

void TestRuntimeMountSpace::shared_data()
{
    QTest::addColumn<bool>("byPath");
    QTest::addColumn<bool>("noPivot"); // which must not take away what it hides from a namespace of its own
    QTest::newRow("not listed") << false << false;
    QTest::newRow("the runtime's own, by path") << true << false;
    QTest::newRow("not listed, --no-pivot") << false << true;
    QTest::newRow("the runtime's own, by path, --no-pivot") << true << true;
}

void TestRuntimeMountSpace::shared()
{
    QFETCH(bool, byPath);
    QFETCH(bool, noPivot);
    const QByteArray before = ownMounts();
    Bundle bundle{Kind::Plain};
    placeMounts(bundle, byPath ? QStringLiteral("/proc/%1/ns/mnt").arg(::getpid()).toStdString() : "");
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {}});
    bundle.spec.rootReadonly = true;
    bundle.setScript(
        QStringLiteral("readlink /proc/self/ns/mnt; touch /vol/x && ls /vol; ls /dev/pts/ptmx; "
                       "touch /y 2>&1; cat /proc/keys | wc -c; (echo x >/proc/sys/kernel/domainname) 2>&1; "
                       "ls -d /var /.. /../var 2>/dev/null"));
    bundle.write();
    QStringList arguments{QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()};
    if (noPivot)
        arguments.insert(1, QStringLiteral("--no-pivot"));
    const Outcome outcome = bundle.runtime(arguments);
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out,
             namespaceOf(QStringLiteral("self"))
                 + "\nx\n/dev/pts/ptmx\ntouch: /y: Read-only file system\n0\n"
                   "/bin/sh: can't create /proc/sys/kernel/domainname: Read-only file system\n/..\n");
    QCOMPARE(ownMounts(), before);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeMountSpace::execsInTheContainersRoot()
{
    Bundle bundle{Kind::Plain};
    placeMounts(bundle, "");
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {}});
    bundle.setScript(QStringLiteral("echo content >/vol/file; echo running; cat >/dev/null"));
    bundle.write();
    QProcess container;
    container.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QVERIFY(container.waitForReadyRead(20'000));
    const Outcome outcome
        = bundle.runtime({QStringLiteral("exec"), bundle.id(), QStringLiteral("cat"), QStringLiteral("/vol/file")});
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"content\n"});
    container.closeWriteChannel();
    QVERIFY(container.waitForFinished(20'000));
}

void TestRuntimeMountSpace::joined()
{
    QProcess other;
    other.start(QStringLiteral("unshare"),
                {QStringLiteral("-m"), QStringLiteral("sh"), QStringLiteral("-c"),
                 QStringLiteral("mount -t tmpfs of-the-other /mnt; echo running; read x; "
                                "ls -d /usr/bin; grep -c of-the-other /proc/self/mounts")});
    QVERIFY(other.waitForReadyRead(20'000));
    QCOMPARE(other.readAllStandardOutput(), QByteArray{"running\n"});
    const QString pid = QString::number(other.processId());
    const QByteArray before = ownMounts();
    const QByteArray mountsOfTheOther = mountsOf(pid);
    Bundle bundle{Kind::Plain};
    placeMounts(bundle, QStringLiteral("/proc/%1/ns/mnt").arg(pid).toStdString());
    bundle.spec.mounts.push_back({"/vol", "tmpfs", "tmpfs", {}});
    bundle.setScript(QStringLiteral("readlink /proc/self/ns/mnt; touch /vol/x && ls /vol; ls -d /usr 2>/dev/null"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, namespaceOf(pid) + "\nx\n");
    QCOMPARE(ownMounts(), before);
    // The other process still has its root, and whoever joins the namespace later, too.
    QCOMPARE(mountsOf(pid), mountsOfTheOther);
    other.write("x\n");
    QVERIFY(other.waitForFinished(20'000));
    QCOMPARE(other.readAllStandardOutput(), QByteArray{"/usr/bin\n1\n"});
}

QTEST_GUILESS_MAIN(TestRuntimeMountSpace)
#include "test_runtime_mount_space.moc"
