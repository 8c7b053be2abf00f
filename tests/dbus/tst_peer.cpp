// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/peer_bundle.h"
#include "tests/dbus/support/client.h"

#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include <sys/mount.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

/// What a program can see of where it runs. What a runtime is free in (the order of mounts, numbers of devices) is left
/// out.
constexpr char kScript[] = R"sh(
exec 2>&1
id
hostname
pwd
env | sort
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:)' /proc/self/status
cat /proc/self/uid_map /proc/self/gid_map /proc/self/limits /proc/self/oom_score_adj
for t in / /proc /dev /dev/pts /dev/shm /dev/mqueue /sys /etc/hosts /etc/hostname /etc/resolv.conf /proc/sys /proc/bus /sys/firmware; do
    awk -v t=$t '$2 == t { split($4, o, ","); print t, $3, o[1] }' /proc/mounts
done
cat /etc/hosts /etc/hostname
ls /dev | grep -v '^core$' # crun makes it, a link to /proc/kcore which is masked
cat /proc/self/cgroup | cut -d: -f3 | sort -u
for f in memory/memory.limit_in_bytes pids/pids.max cpu/cpu.shares cpu/cpu.cfs_quota_us; do cat /sys/fs/cgroup/$f; done 2>&1
for f in memory.max memory.swap.max pids.max cpu.weight cpu.max; do cat /sys/fs/cgroup/$f; done 2>/dev/null
echo x 2>&1 >/proc/sys/kernel/hostname; cat /proc/kcore /proc/keys 2>&1 | head -c 100; ls /proc/acpi /sys/firmware 2>&1
unshare -U true 2>&1; mount -t tmpfs none /mnt 2>&1; mknod /tmp/null c 1 3 2>&1
ip link 2>/dev/null | grep -c UP
readlink /proc/1/exe
touch /made && ls -ln /made
exit 5
)sh";

QString textOf(const QString& log)
{
    static const QRegularExpression prefix(u"^\\S+ std(out|err) [FP] "_s, QRegularExpression::MultilineOption);
    return QString(log).remove(prefix);
}

} // namespace

/// The bundle is the seam: another runtime starts the same container from it.
class PeerTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;

private Q_SLOTS:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable(u"crun"_s).isEmpty())
            QSKIP("crun is not installed");
        // crun refuses a machine with v1 controllers and a v2 tree that lists some; this mount namespace is the
        // session's own.
        // Covered and not unmounted, because crun would make its directories in what is below, which is the machine's.
        if (QFileInfo::exists(u"/sys/fs/cgroup/unified"_s))
            QCOMPARE(::mount("lamella-covered", "/sys/fs/cgroup/unified", "tmpfs", 0, "mode=755"), 0);
        alice = new Client(4242);
        alice->loadStarter();
    }

    void cleanupTestCase()
    {
        if (alice)
            ::umount2("/sys/fs/cgroup/unified", MNT_DETACH);
        delete alice;
    }

    void crunStartsTheSameContainer_data()
    {
        QTest::addColumn<QVariantMap>("options");
        QTest::newRow("plain") << QVariantMap();
        QTest::newRow("limits") << QVariantMap{{u"memory_bytes"_s, qulonglong(64 << 20)},
                                               {u"pids_max"_s, qulonglong(50)},
                                               {u"cpu_quota"_s, 0.5},
                                               {u"cpu_weight"_s, qulonglong(300)}};
        QTest::newRow("user, directory, variables") << QVariantMap{{u"user"_s, u"1000:1001"_s},
                                                                   {u"working_dir"_s, u"/tmp"_s},
                                                                   {u"env"_s, QStringList{u"A=b c"_s}},
                                                                   {u"hostname"_s, u"peer"_s}};
        QTest::newRow("init") << QVariantMap{{u"init"_s, true}};
    }

    void crunStartsTheSameContainer()
    {
        QFETCH(QVariantMap, options);
        const QString container = alice->run(QString(), {u"sh"_s, u"-c"_s, QString::fromLatin1(kScript)}, options);
        QVERIFY(alice->waitForState(container, u"stopped"_s));
        const QString ours = textOf(alice->log(container));
        QCOMPARE(alice->get(container, u"Container"_s, u"ExitStatus"_s).toInt(), 5);
        const QString id = container.section(u'/', -1);
        {
            const QString bundle = qEnvironmentVariable("LAMELLA_STATE") + u"/containers/"_s + id;
            const auto mounted = bench::PeerBundle::mount(bundle.toStdString());
            QVERIFY2(mounted, mounted ? "" : mounted.error().message.c_str());
            QProcess crun;
            crun.setProcessChannelMode(QProcess::MergedChannels);
            crun.start(u"crun"_s,
                       {u"--root"_s, u"/run/lamella-session/crun"_s, u"--cgroup-manager"_s, u"cgroupfs"_s, u"run"_s,
                        u"-b"_s, bundle, id});
            QVERIFY(crun.waitForFinished(60000));
            const QString theirs = QString::fromUtf8(crun.readAll());
            const QStringList left = ours.split(u'\n');
            const QStringList right = theirs.split(u'\n');
            for (qsizetype i = 0; i < qMin(left.size(), right.size()); ++i)
                QCOMPARE(right.at(i), left.at(i));
            QCOMPARE(theirs, ours);
            QCOMPARE(crun.exitCode(), 5);
        }
        alice->discard(container);
    }
};

QTEST_GUILESS_MAIN(PeerTest)
#include "tst_peer.moc"
