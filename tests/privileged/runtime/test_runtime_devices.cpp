// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"
#include "default_spec.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(lamella::test::Kind)
Q_DECLARE_METATYPE(lamella::oci::Device)

/// config-linux.md, "Devices", "Default Devices" and "Dev symbolic links".
class TestRuntimeDevices : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void devices_data();
    void devices();
    void everyoneMayUseTheDefaultOnes_data() { kinds(); }
    void everyoneMayUseTheDefaultOnes();
    void bundleReplacesADefaultOne();
    void withoutMountOnDev_data() { kinds(); }
    void withoutMountOnDev();
    void belowAnotherMount();
    void boundDevIsTakenAsItIs();
    void readonlyDev();
    void anotherFileIsThere();
    void startsAgain();

private:
    static void kinds()
    {
        QTest::addColumn<Kind>("kind");
        QTest::newRow("without user namespace") << Kind::Plain;
        QTest::newRow("with user namespace") << Kind::User;
    }

    static void removeDev(Bundle& bundle)
    {
        std::erase_if(bundle.spec.mounts, [](const oci::Mount& mount) { return mount.destination == "/dev"; });
    }
};

static QByteArray imagePath(const Bundle& bundle, const char* path)
{
    return bundle.image().toLocal8Bit() + path;
}

/// Type, numbers, permissions and owner.
static QString lookAt(const std::string& path)
{
    return QStringLiteral("stat -c '%F %t:%T %a %u:%g' ") + QString::fromStdString(path);
}

void TestRuntimeDevices::devices_data()
{
    QTest::addColumn<oci::Device>("device");
    QTest::addColumn<QByteArray>("shown");
    const auto row = [](const char* name, oci::Device device, const char* shown) {
        QTest::newRow(name) << device << QByteArray{shown};
    };
    row("character", {"/dev/x", "c", 10, 229}, "character special file a:e5 666 0:0\n");
    row("unbuffered", {"/dev/x", "u", 10, 229}, "character special file a:e5 666 0:0\n");
    row("block", {"/dev/x", "b", 4095, 1048575}, "block special file fff:fffff 666 0:0\n");
    row("fifo", {"/dev/x", "p", 0, 0, 0640, 1, 2}, "fifo 0:0 640 1:2\n");
    row("mode", {"/dev/x", "b", 1, 5, 0157}, "block special file 1:5 157 0:0\n");
    row("mode with type", {"/dev/x", "c", 1, 5, S_IFCHR | 0600}, "character special file 1:5 600 0:0\n");
    row("owner", {"/dev/x", "c", 1, 5, 0600, 10, 11}, "character special file 1:5 600 10:11\n");
    row("below", {"/dev/net/deep/tun", "c", 10, 200}, "character special file a:c8 666 0:0\n");
    row("outside of /dev", {"/etc/x", "c", 10, 200, 0600, 10, 11}, "character special file a:c8 600 10:11\n");
    row("far outside of /dev", {"/new/directory/x", "p", 0, 0}, "fifo 0:0 666 0:0\n");
    row("below another mount", {"/dev/shm/x", "c", 10, 200, 0604}, "character special file a:c8 604 0:0\n");
}

void TestRuntimeDevices::devices()
{
    QFETCH(oci::Device, device);
    QFETCH(QByteArray, shown);
    const mode_t before = ::umask(0077); // which must not count
    for (const Kind kind : {Kind::Plain, Kind::User, Kind::Overlay}) {
        Bundle bundle{kind};
        bundle.spec.linux.devices = {device};
        bundle.setScript(lookAt(device.path));
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.err, QByteArray{});
        QCOMPARE(outcome.out, shown);
    }
    ::umask(before);
}

void TestRuntimeDevices::everyoneMayUseTheDefaultOnes()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    bundle.spec.process.user.uid = bundle.spec.process.user.gid = 1000;
    bundle.setScript(QStringLiteral("echo x >/dev/null; head -c 2 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c; "
                                    "head -c 2 /dev/random | wc -c; echo x 2>&1 >/dev/full; "
                                    "for l in fd stdin stdout stderr ptmx core; do readlink /dev/$l; done"));
    QCOMPARE(bundle.run().out,
             QByteArray{"2\n2\n2\nsh: write error: No space left on device\n/proc/self/fd\n/proc/self/fd/0\n"
                        "/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\n"}
                 + (QFile::exists(QStringLiteral("/proc/kcore")) ? "/proc/kcore\n" : ""));
}

void TestRuntimeDevices::bundleReplacesADefaultOne()
{
    Bundle bundle{Kind::User};
    bundle.spec.linux.devices = {{"/dev/full", "c", 1, 5, 0600}, {"/dev/full", "c", 1, 7, 0644}};
    bundle.setScript(lookAt("/dev/full"));
    QCOMPARE(bundle.run().out, QByteArray{"character special file 1:5 600 0:0\n"});
}

void TestRuntimeDevices::withoutMountOnDev()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    removeDev(bundle);
    // What an image may bring: a null that is none, a terminal of the machine, a link of its own.
    QFile null{QString::fromLocal8Bit(imagePath(bundle, "/dev/null"))};
    QVERIFY(null.open(QIODevice::WriteOnly) && null.write("not empty") > 0);
    QCOMPARE(::mknod(imagePath(bundle, "/dev/ptmx").constData(), S_IFCHR | 0666, makedev(5, 2)), 0);
    QCOMPARE(::symlink("/etc/passwd", imagePath(bundle, "/dev/stdin").constData()), 0);
    QCOMPARE(::lchown(imagePath(bundle, "/dev/ptmx").constData(), kFirstId, kFirstId), 0);
    bundle.spec.linux.devices = {{"/dev/deep/x", "c", 10, 229}};
    bundle.setScript(QStringLiteral("for n in null zero full random urandom tty deep/x; do stat -c '%t:%T %a' /dev/$n; "
                                    "done; for l in fd stdin ptmx; do readlink /dev/$l; done; echo x >/dev/null"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out,
             QByteArray{"1:3 666\n1:5 666\n1:7 666\n1:8 666\n1:9 666\n5:0 666\na:e5 666\n/proc/self/fd\n/etc/passwd\n"
                        "pts/ptmx\n"});
    QVERIFY(null.flush() && null.size() == 9);
}

void TestRuntimeDevices::belowAnotherMount()
{
    Bundle bundle{Kind::Plain};
    const QString volume = bundle.directory() + QStringLiteral("/volume");
    QVERIFY(QDir{}.mkpath(volume));
    bundle.spec.mounts.push_back({"/dev/net", "bind", volume.toStdString(), {"bind"}});
    bundle.spec.mounts.push_back({"/dev/own", "bind", "/dev/zero", {"bind"}});
    bundle.spec.linux.devices = {{"/dev/net/tun", "c", 10, 200}, {"/dev/own", "c", 1, 7}};
    bundle.setScript(lookAt("/dev/net/tun") + QStringLiteral("; ") + QStringLiteral("stat -c %T /dev/own"));
    QCOMPARE(bundle.run().out, QByteArray{"character special file a:c8 666 0:0\n5\n"});
    struct stat info{};
    QCOMPARE(::lstat((volume + QStringLiteral("/tun")).toLocal8Bit().constData(), &info), 0);
    QVERIFY2(S_ISREG(info.st_mode), "a node was made in a volume");
}

void TestRuntimeDevices::boundDevIsTakenAsItIs()
{
    Bundle bundle{Kind::Plain};
    removeDev(bundle);
    const QString dev = bundle.directory() + QStringLiteral("/dev");
    QVERIFY(QDir{}.mkpath(dev));
    bundle.spec.mounts = {{"/proc", "proc", "proc", {}}, {"/dev", "", dev.toStdString(), {"bind"}}};
    bundle.spec.linux.devices = {{"/dev/x", "c", 10, 200}};
    bundle.setCommand({QStringLiteral("ls"), QStringLiteral("/dev")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{});
}

void TestRuntimeDevices::readonlyDev()
{
    Bundle bundle{Kind::User};
    for (oci::Mount& mount : bundle.spec.mounts) {
        if (mount.destination == "/dev")
            mount.options.emplace_back("ro");
    }
    bundle.spec.linux.devices = {{"/dev/x", "c", 10, 200}};
    bundle.setScript(
        QStringLiteral("touch /dev/file; ls -d /dev/x /dev/pts/ptmx; echo x >/dev/null && echo y >/dev/shm/y"));
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.err.contains("Read-only file system"), outcome.err);
    QCOMPARE(outcome.out, QByteArray{"/dev/pts/ptmx\n/dev/x\n"});
}

void TestRuntimeDevices::anotherFileIsThere()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        bundle.spec.linux.devices = {{"/etc/passwd", "c", 1, 3}};
        bundle.setCommand({QStringLiteral("true")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("cannot mount /etc/passwd: File exists"), outcome.err);
        QCOMPARE(bundle.leftovers(), QStringList{});
    }
}

void TestRuntimeDevices::startsAgain()
{
    Bundle bundle{Kind::User};
    removeDev(bundle);
    bundle.spec.linux.devices = {{"/etc/x", "b", 1, 3}, {"/dev/y", "p", 0, 0}};
    bundle.setScript(QStringLiteral("stat -c '%t:%T %F' /etc/x /dev/y"));
    for (int i = 0; i < 2; ++i)
        QCOMPARE(bundle.run().out, QByteArray{"1:3 block special file\n0:0 fifo\n"});
}

QTEST_GUILESS_MAIN(TestRuntimeDevices)
#include "test_runtime_devices.moc"
