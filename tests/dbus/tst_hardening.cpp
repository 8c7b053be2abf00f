// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include <QDBusPendingCall>
#include <QDir>
#include <QDirIterator>
#include <QFileInfo>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

struct stat statusOf(const QString& path)
{
    struct stat status{};
    if (::lstat(qPrintable(path), &status) < 0)
        qFatal("cannot look at %s", qPrintable(path));
    return status;
}

QList<uint> processesOfOurs()
{
    QList<uint> pids;
    for (const QString& pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        const QByteArray program = readFile(u"/proc/%1/cmdline"_s.arg(pid)).split('\0').first();
        if (program.endsWith("lamella-helper") || program.endsWith("lamella-shim"))
            pids.append(pid.toUInt());
    }
    return pids;
}

/// The inodes of the sockets that a process has open.
QSet<QByteArray> socketsOf(uint pid)
{
    QSet<QByteArray> sockets;
    for (const QFileInfo& entry :
         QDir(u"/proc/%1/fd"_s.arg(pid)).entryInfoList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)) {
        char target[128];
        const ssize_t length = ::readlink(qPrintable(entry.absoluteFilePath()), target, sizeof(target));
        const QByteArray link(target, std::max<ssize_t>(length, 0));
        if (link.startsWith("socket:["))
            sockets.insert(link.sliced(8).chopped(1));
    }
    return sockets;
}

} // namespace

/// What has happened to other engines' shims and helpers, tried on ours while a container runs.
class HardeningTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;
    QString m_container;

private Q_SLOTS:
    void initTestCase()
    {
        alice = new Client(4242);
        alice->loadStarter();
        m_container = alice->run(u"hardened"_s, {u"sleep"_s, u"1000"_s});
        QVERIFY(processesOfOurs().size() >= 2);
    }

    void cleanupTestCase()
    {
        alice->discard(m_container);
        delete alice;
    }

    /// The shim's abstract socket was open to containers of the host's network.
    void CVE_2020_15257_noAbstractSockets()
    {
        QSet<QByteArray> ours;
        for (const uint pid : processesOfOurs())
            ours += socketsOf(pid);
        int paths = 0;
        for (const QByteArray& line : readFile(u"/proc/net/unix"_s).split('\n')) {
            const QList<QByteArray> fields = line.simplified().split(' ');
            if (fields.size() < 8 || !ours.contains(fields.at(6)))
                continue;
            QVERIFY2(!fields.at(7).startsWith('@'), line.constData());
            paths += fields.at(7).startsWith('/');
        }
        QVERIFY(paths > 0);
    }

    void CVE_2020_15257_socketsAreRootsOnly()
    {
        int sockets = 0;
        QDirIterator it(u"/run/lamella"_s, QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            const QString path = it.next();
            const struct stat status = statusOf(path);
            if (!S_ISSOCK(status.st_mode))
                continue;
            ++sockets;
            QCOMPARE(status.st_mode & 07777, 0600u);
            QCOMPARE(status.st_uid, 0u);
        }
        QVERIFY(sockets > 0);
    }

    /// State directories that everybody could read.
    void CVE_2024_25621_directoriesArePrivate()
    {
        const QString state = qEnvironmentVariable("LAMELLA_STATE");
        for (const QString& path : {state, u"/run/lamella"_s, u"/run/lamella/stats"_s}) {
            QCOMPARE(statusOf(path).st_mode & 0777, 0700u);
            QCOMPARE(statusOf(path).st_uid, 0u);
        }
        QCOMPARE(statusOf(state + u"/lamella.db"_s).st_mode & 0077, 0u);
        // And so nobody else reaches anything below them.
        const pid_t child = ::fork();
        if (child == 0) {
            if (::setgid(4242) < 0 || ::setuid(4242) < 0)
                ::_exit(2);
            const bool reached = ::access(qPrintable(state + u"/containers"_s), F_OK) == 0
                || ::access("/run/lamella/containers", F_OK) == 0;
            ::_exit(reached ? 1 : 0);
        }
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(status, 0);
    }

    /// The engine's interface was reachable over TCP, from containers too.
    void CVE_2025_9074_noListenersOnTheNetwork()
    {
        QSet<QByteArray> ours;
        for (const uint pid : processesOfOurs())
            ours += socketsOf(pid);
        QVERIFY(!ours.isEmpty());
        for (const QString& table : {u"tcp"_s, u"tcp6"_s, u"udp"_s, u"udp6"_s, u"raw"_s, u"packet"_s}) {
            for (const QByteArray& line : readFile(u"/proc/net/"_s + table).split('\n')) {
                const QList<QByteArray> fields = line.simplified().split(' ');
                const qsizetype inode = table == "packet"_L1 ? 8 : 9;
                QVERIFY2(fields.size() <= inode || !ours.contains(fields.at(inode)), line.constData());
            }
        }
    }

    /// Lists of changes take as long as a container likes: each user has two at a time, and they end with their caller.
    void listsOfChangesAreCapped()
    {
        const QString upper = qEnvironmentVariable("LAMELLA_STATE") + u"/containers/"_s + m_container.section(u'/', -1)
            + u"/upper/many"_s;
        QVERIFY(QDir().mkpath(upper));
        for (int i = 0; i < 60'000; ++i)
            ::close(::open(qPrintable(upper + u'/' + QString::number(i)), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        QDBusMessage list = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, m_container,
                                                           u"org.lamella.Lamella1.Container"_s, u"ListChanges"_s);
        list.setArguments({QVariantMap()});
        {
            const Client leaving(4242);
            for (int i = 0; i < 2; ++i)
                leaving.bus().send(list);
        }
        const auto again = [this] { return alice->lamella(m_container, u"Container"_s, u"ListChanges"_s).errorName(); };
        QTRY_COMPARE_WITH_TIMEOUT(again(), QString(), 60000);
        QList<QDBusPendingCall> calls;
        for (int i = 0; i < 3; ++i)
            calls.append(alice->bus().asyncCall(list, 60000));
        QStringList errors;
        for (QDBusPendingCall& call : calls) {
            call.waitForFinished();
            errors.append(call.error().name());
        }
        errors.sort();
        QCOMPARE(errors, (QStringList{QString(), QString(), errorName(u"LimitExceeded"_s)}));
        QVERIFY(QDir(upper).removeRecursively());
    }

    void containerDoesNotSeeTheBusOrTheState()
    {
        const uint pid = alice->get(m_container, u"Container"_s, u"Pid"_s).toUInt();
        const QString root = u"/proc/%1/root"_s.arg(pid);
        QVERIFY(QFileInfo::exists(root + u"/bin"_s));
        QVERIFY(!QFileInfo::exists(root + u"/run/dbus/system_bus_socket"_s));
        QVERIFY(!QFileInfo::exists(root + u"/run/lamella"_s));
        QVERIFY(socketsOf(pid).isEmpty());
    }

    /// A core dump of the helper would have the logins that pass through it. What the kernel does not dump it gives to
    /// root in /proc; what it does is its user's and group's (proc(5)).
    void theHelperIsNeverDumped()
    {
        constexpr gid_t kGroup = 4242; // so that the two can be told apart
        killHelper();
        QVERIFY(::setresgid(kGroup, kGroup, 0) == 0);
        startHelper();
        QProcess other;
        other.start(u"sleep"_s, {u"1000"_s});
        const bool started = other.waitForStarted();
        QVERIFY(::setresgid(0, 0, 0) == 0);
        QVERIFY(started);
        const auto groupOf = [](qint64 pid, const char* file) {
            return statusOf(u"/proc/%1/%2"_s.arg(pid).arg(QLatin1StringView(file))).st_gid;
        };
        QCOMPARE(groupOf(other.processId(), "environ"), kGroup);
        QCOMPARE(groupOf(helperPid(), "."), kGroup); // of a process as such
        QCOMPARE(groupOf(helperPid(), "environ"), 0u);
        other.kill();
        other.waitForFinished();
        killHelper();
        startHelper();
        alice->objects();
    }

    /// And a container is dumped as anything is that was started beside the helper.
    void containersAreDumpedAsEverythingElse()
    {
        const auto limit = [](const QString& process) {
            const QList<QByteArray> limits = readFile(u"/proc/%1/limits"_s.arg(process)).split('\n');
            const auto core = std::ranges::find_if(
                limits, [](const QByteArray& line) { return line.startsWith("Max core file size"); });
            return core == limits.end() ? QByteArray() : *core;
        };
        if (!limit(u"self"_s).contains("unlimited"))
            QSKIP("needs core files of any size to be allowed (ulimit -Hc): less would not be seen");
        const uint container = alice->get(m_container, u"Container"_s, u"Pid"_s).toUInt();
        QCOMPARE(limit(QString::number(container)), limit(u"self"_s));
        QCOMPARE(limit(QString::number(helperPid())), limit(u"self"_s));
        // Its own user's, not root's: see above.
        QVERIFY(statusOf(u"/proc/%1"_s.arg(container)).st_uid != 0);
        QCOMPARE(statusOf(u"/proc/%1/environ"_s.arg(container)).st_uid, statusOf(u"/proc/%1"_s.arg(container)).st_uid);
    }
};

QTEST_GUILESS_MAIN(HardeningTest)
#include "tst_hardening.moc"
