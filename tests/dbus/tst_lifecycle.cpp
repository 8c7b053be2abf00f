// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/socket.h"
#include "engine/shim/protocol.h"
#include "tests/dbus/support/client.h"

#include <nlohmann/json.hpp>

#include <QDBusPendingCall>
#include <QDBusPendingReply>
#include <QDBusUnixFileDescriptor>
#include <QDir>
#include <QFileInfo>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

QString runDirectory(const QString& container)
{
    return u"/run/lamella/containers/"_s + container.section(u'/', -1);
}

qsizetype openFiles(uint pid)
{
    return QDir(u"/proc/%1/fd"_s.arg(pid)).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot).size();
}

/// One call and how it is answered: an error's kind, "" for a reply.
struct Pending {
    QString what;
    QDBusPendingCall call;

    QString kind() const { return call.isError() ? call.error().name().section(u'.', -1) : QString(); }
};

} // namespace

/// What a container does between its making and its removal, where several things are wanted of it at once.
class LifecycleTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;
    pid_t m_helper = 0;

    Pending post(const QString& container, const QString& member, QVariantList arguments = {},
                 const QVariantMap& options = {})
    {
        auto message = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, container,
                                                      u"org.lamella.Lamella1.Container"_s, member);
        arguments.append(options);
        message.setArguments(arguments);
        return {member, alice->bus().asyncCall(message, 60000)};
    }

    static bool allAnswered(const QList<Pending>& calls)
    {
        return QTest::qWaitFor(
            [&] { return std::ranges::all_of(calls, [](const Pending& one) { return one.call.isFinished(); }); },
            60000);
    }

    bool isGone(const QString& container)
    {
        return !alice->objects().contains(QDBusObjectPath(container)) && !QFileInfo::exists(runDirectory(container));
    }

    Pending start(const QString& container) { return post(container, u"Start"_s); }
    Pending forceRemove(const QString& container)
    {
        return post(container, u"Remove"_s, {}, {{u"force"_s, true}, {u"permanently"_s, true}});
    }

    /// The state in which each call finds the container.
    QString make(const QString& state)
    {
        if (state == "created"_L1)
            return alice->create(QString(), {u"sleep"_s, u"1000"_s});
        const QString container = alice->run(
            QString(), state == "running"_L1 ? QStringList{u"sleep"_s, u"1000"_s} : QStringList{u"true"_s});
        if (!alice->waitForState(container, state))
            qFatal("the container does not become what it should");
        return container;
    }

private Q_SLOTS:
    void initTestCase()
    {
        alice = new Client(4242);
        alice->loadStarter();
        m_helper = helperPid();
    }

    void cleanup()
    {
        for (const QDBusObjectPath& object : alice->objects().keys()) {
            if (object.path().contains("/Containers/"_L1))
                alice->discard(object.path());
        }
        QVERIFY2(QFileInfo::exists(u"/proc/%1/exe"_s.arg(m_helper)), "the helper has crashed");
    }

    void cleanupTestCase() { delete alice; }

    void initIsPidOneAndReaps()
    {
        const QString script
            = u"cat /proc/1/comm; echo child of $PPID; sh -c 'sleep 0.2 & echo $! > /orphan'; o=$(cat /orphan);"
              "grep PPid /proc/$o/status; while [ -d /proc/$o ]; do sleep 0.05; done; echo reaped; env; exit 9"_s;
        const QString container = alice->run(u"reaps"_s, {u"sh"_s, u"-c"_s, script}, {{u"init"_s, true}});
        QVERIFY(alice->waitForState(container, u"stopped"_s));
        const QString log = alice->log(container);
        QVERIFY2(log.contains("F lamella-init\n"_L1), qPrintable(log));
        QVERIFY2(log.contains("F child of 1\n"_L1), qPrintable(log));
        QVERIFY2(log.contains("F PPid:\t1\n"_L1), qPrintable(log));
        QVERIFY2(log.contains("F reaped\n"_L1), qPrintable(log));
        QVERIFY2(!log.contains("LAMELLA"_L1), qPrintable(log));
        QCOMPARE(alice->get(container, u"Container"_s, u"ExitStatus"_s).toInt(), 9);
    }

    void initPassesTheSignalOfAStopOn()
    {
        const QString container = alice->run(
            u"stops"_s,
            {u"sh"_s, u"-c"_s, u"trap 'echo asked to; exit 42' TERM; echo ready; while :; do sleep 0.05; done"_s},
            {{u"init"_s, true}});
        QVERIFY(QTest::qWaitFor([&] { return alice->log(container).contains("ready"_L1); }, 30000));
        const auto job
            = alice->ask(container, u"Container"_s, u"Stop"_s, {qulonglong(600'000'000)}).value<QDBusObjectPath>();
        alice->ask(job.path(), u"Job"_s, u"Wait"_s);
        QCOMPARE(alice->get(container, u"Container"_s, u"State"_s).toString(), u"stopped"_s);
        QCOMPARE(alice->get(container, u"Container"_s, u"ExitStatus"_s).toInt(), 42);
        QVERIFY(alice->log(container).contains("asked to"_L1));
    }

    void commandThatCannotRun_data()
    {
        QTest::addColumn<bool>("init");
        QTest::addColumn<bool>("terminal");
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("kind");
        for (const bool init : {false, true}) {
            for (const bool terminal : {false, true}) {
                const QByteArray how = QByteArray(init ? "init" : "alone") + (terminal ? ", terminal" : "");
                QTest::addRow("%s, missing", how.constData())
                    << init << terminal << u"no-such-command"_s << u"NotFound"_s;
                QTest::addRow("%s, missing path", how.constData())
                    << init << terminal << u"/no/such/command"_s << u"NotFound"_s;
                QTest::addRow("%s, not executable", how.constData())
                    << init << terminal << u"/etc/passwd"_s << u"NotAuthorized"_s;
            }
        }
    }

    void commandThatCannotRun()
    {
        QFETCH(bool, init);
        QFETCH(bool, terminal);
        QFETCH(QString, command);
        QFETCH(QString, kind);
        const QString container = alice->create(QString(), {command}, {{u"init"_s, init}, {u"terminal"_s, terminal}});
        const QString cgroup = alice->get(container, u"Container"_s, u"CgroupPath"_s).toString();
        const QDBusMessage reply = alice->lamella(container, u"Container"_s, u"Start"_s);
        QCOMPARE(reply.errorName(), errorName(kind));
        QVERIFY2(reply.errorMessage().contains(u"'%1'"_s.arg(command)), qPrintable(reply.errorMessage()));
        QVERIFY2(reply.errorMessage().contains("starter"_L1), qPrintable(reply.errorMessage()));
        QCOMPARE(alice->get(container, u"Container"_s, u"State"_s).toString(), u"created"_s);
        QCOMPARE(alice->get(container, u"Container"_s, u"LastError"_s).toString(), reply.errorMessage());
        QVERIFY(!QFileInfo::exists(runDirectory(container)));
        for (const QString& tree : {u"/sys/fs/cgroup"_s, u"/sys/fs/cgroup/memory"_s, u"/sys/fs/cgroup/freezer"_s})
            QVERIFY(!QFileInfo::exists(tree + cgroup));
    }

    /// A load is stopped where it is, and nothing of it stays.
    void cancelledLoadLeavesNothing()
    {
        const QString image = alice->loadStarter();
        const QString path = kRoot + u"/Images/"_s + QString(image).replace(u':', u'_');
        const auto entries = [](const QString& folder) {
            return QDir(qEnvironmentVariable("LAMELLA_STATE") + folder)
                .entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden);
        };
        QString job;
        for (int attempt = 0; job.isEmpty() && attempt < 50; ++attempt) {
            alice->ask(path, u"Image"_s, u"Remove"_s);
            QDBusUnixFileDescriptor layout;
            layout.giveFileDescriptor(openStarter());
            const QString begun = alice->ask(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(layout)})
                                      .value<QDBusObjectPath>()
                                      .path();
            // Held in the middle of its work, where one is quick enough to catch it.
            while (alice->get(begun, u"Job"_s, u"State"_s).toString() == "running"_L1 && job.isEmpty()) {
                if (signalWorkers(SIGSTOP))
                    job = begun;
            }
            if (job.isEmpty())
                alice->ask(begun, u"Job"_s, u"Wait"_s);
        }
        QVERIFY2(!job.isEmpty(), "no load could be caught at work");
        QVERIFY(alice->get(job, u"Job"_s, u"Cancelable"_s).toBool());
        alice->ask(job, u"Job"_s, u"Cancel"_s);
        const QDBusMessage reply = alice->lamella(job, u"Job"_s, u"Wait"_s);
        QCOMPARE(reply.errorName(), errorName(u"Cancelled"_s));
        QVERIFY2(reply.errorMessage().contains(u' '), qPrintable(reply.errorMessage()));
        QCOMPARE(alice->get(job, u"Job"_s, u"State"_s).toString(), u"cancelled"_s);
        QVERIFY(!alice->objects().contains(QDBusObjectPath(path)));
        QCOMPARE(entries(u"/layers"_s), QStringList());
        QCOMPARE(entries(u"/blobs/sha256"_s), QStringList());
        QVERIFY(!signalWorkers(SIGSTOP));
        QCOMPARE(alice->loadStarter(), image);
    }

    void memoryLimitCoversSwap()
    {
        const qulonglong limit = 64 << 20;
        const QString container = alice->run(u"limited"_s, {u"sleep"_s, u"1000"_s}, {{u"memory_bytes"_s, limit}});
        const QString cgroup = alice->get(container, u"Container"_s, u"CgroupPath"_s).toString();
        const auto read = [&](const QString& tree, const QString& file) {
            return readFile(u"/sys/fs/cgroup"_s + tree + cgroup + u'/' + file).trimmed();
        };
        const bool v1 = QFileInfo::exists(u"/sys/fs/cgroup/memory"_s);
        QCOMPARE(v1 ? read(u"/memory"_s, u"memory.limit_in_bytes"_s) : read(QString(), u"memory.max"_s),
                 QByteArray::number(limit));
        const QByteArray swap
            = v1 ? read(u"/memory"_s, u"memory.memsw.limit_in_bytes"_s) : read(QString(), u"memory.swap.max"_s);
        if (swap.isEmpty())
            QSKIP("this machine does not account for swap; that the limit is no error there has been shown");
        QCOMPARE(swap, v1 ? QByteArray::number(limit) : QByteArray("0"));
    }

    void callsAtOnce_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("calls");
        for (const char* state : {"created", "running", "stopped"}) {
            for (const char* calls :
                 {"Remove Remove Remove", "Start Remove", "Remove Start", "Start Start", "Start Remove Remove Start",
                  "Stop Stop", "Start Stop Remove", "Kill Kill Remove Kill", "Pause Remove Resume",
                  "Start Kill Start Remove Rename", "Exec Remove Exec", "Attach Remove Attach"})
                QTest::addRow("%s, %s", state, calls) << QString::fromLatin1(state) << QString::fromLatin1(calls);
        }
    }

    /// Whatever the order is, each call is answered, the last word is the removal, and nothing is left.
    void callsAtOnce()
    {
        QFETCH(QString, state);
        QFETCH(QString, calls);
        for (int round = 0; round < 3; ++round) {
            const QString container = make(state);
            QList<Pending> pending;
            for (const QString& member : calls.split(u' ')) {
                if (member == "Remove"_L1)
                    pending << forceRemove(container);
                else if (member == "Stop"_L1)
                    pending << post(container, member, {qulonglong(0)});
                else if (member == "Kill"_L1)
                    pending << post(container, member, {uint(SIGKILL)});
                else if (member == "Rename"_L1)
                    pending << post(container, member, {u"renamed"_s});
                else if (member == "Exec"_L1)
                    pending << post(container, member, {QStringList{u"true"_s}});
                else
                    pending << post(container, member);
            }
            QVERIFY(allAnswered(pending));
            // An answer is one that the contract knows, and never that the helper has gone or is silent.
            const QStringList known{QString(), u"NotFound"_s, u"WrongState"_s, u"Busy"_s, u"Failed"_s};
            for (const Pending& one : pending)
                QVERIFY2(known.contains(one.kind()), qPrintable(one.what + u": "_s + one.call.error().message()));
            if (alice->objects().contains(QDBusObjectPath(container))) {
                const QList last{forceRemove(container)};
                QVERIFY(allAnswered(last));
                QVERIFY2(last.first().kind().isEmpty() || last.first().kind() == "NotFound"_L1,
                         qPrintable(last.first().call.error().message()));
            }
            QTRY_VERIFY_WITH_TIMEOUT(isGone(container), 30000);
        }
    }

    void killAfterTheEnd()
    {
        const QString container = make(u"stopped"_s);
        QCOMPARE(alice->lamella(container, u"Container"_s, u"Kill"_s, {uint(SIGKILL)}).errorName(),
                 errorName(u"WrongState"_s));
        QCOMPARE(alice->lamella(container, u"Container"_s, u"Stop"_s, {qulonglong(0)}).errorName(),
                 errorName(u"WrongState"_s));
    }

    void renameToItsOwnName()
    {
        const QString container = alice->create(u"own"_s, {u"true"_s});
        alice->create(u"other"_s, {u"true"_s});
        alice->ask(container, u"Container"_s, u"Rename"_s, {u"own"_s});
        QCOMPARE(alice->get(container, u"Container"_s, u"Name"_s).toString(), u"own"_s);
        QCOMPARE(alice->lamella(container, u"Container"_s, u"Rename"_s, {u"other"_s}).errorName(),
                 errorName(u"AlreadyExists"_s));
    }

    /// A helper that does not read for a while is dropped by the shim, and comes back.
    void droppedConnectionIsMadeAgain()
    {
        const QString container = alice->run(u"chatty"_s, {u"sleep"_s, u"1000"_s});
        const QDBusMessage opened
            = alice->lamella(container, u"Container"_s, u"Exec"_s, {QStringList{u"sleep"_s, u"1000"_s}});
        QVERIFY2(opened.type() == QDBusMessage::ReplyMessage, qPrintable(opened.errorMessage()));
        const QString session = opened.arguments().at(0).value<QDBusObjectPath>().path();
        const uint execPid = alice->get(session, u"Session"_s, u"Pid"_s).toUInt();
        const uint shimPid = alice->get(container, u"Container"_s, u"ShimPid"_s).toUInt();
        auto shim = os::connectUnix((runDirectory(container) + u"/shim.sock"_s).toStdString());
        QVERIFY(shim);
        unsigned serial = 0;
        const auto ask = [&](const char* request) {
            bool answered = bool(shim::send(shim->borrow(), {{"request", request}, {"serial", ++serial}}));
            for (bool own = false; answered && !own;) {
                const auto message = shim::receive(shim->borrow());
                answered = message && *message;
                own = answered && (*message)->body.contains("serial");
            }
            return answered;
        };
        QVERIFY(ask("state"));
        const qsizetype before = openFiles(shimPid);
        ::kill(helperPid(), SIGSTOP);
        // Each of these is told to every connection, until the shim has had enough of the one that does not read.
        bool answered = true;
        for (int i = 0; answered && openFiles(shimPid) == before && i < 4000; ++i)
            answered = ask("pause") && ask("resume");
        const qsizetype after = openFiles(shimPid);
        // What happens now nobody tells the helper.
        ::kill(pid_t(execPid), SIGKILL);
        const bool reaped = QTest::qWaitFor([&] { return readFile(u"/proc/%1/stat"_s.arg(execPid)).isEmpty(); }, 30000);
        answered = answered && ask("pause");
        ::kill(helperPid(), SIGCONT);
        QVERIFY(answered && reaped);
        QVERIFY(after < before);
        QVERIFY(alice->waitForState(container, u"paused"_s));
        QTRY_VERIFY_WITH_TIMEOUT(!alice->get(session, u"Session"_s, u"Running"_s).toBool(), 30000);
        alice->ask(container, u"Container"_s, u"Resume"_s);
        alice->ask(container, u"Container"_s, u"Kill"_s, {uint(SIGKILL)});
        QVERIFY(alice->waitForState(container, u"stopped"_s));
        QCOMPARE(alice->get(container, u"Container"_s, u"ExitStatus"_s).toInt(), 137);
    }
};

QTEST_GUILESS_MAIN(LifecycleTest)
#include "tst_lifecycle.moc"
