// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include <QDBusPendingCall>
#include <QDir>
#include <QProcess>
#include <QTest>
#include <QThread>

#include <csignal>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

/// Programs of ours that run in this pid namespace.
int countProcesses(const QByteArray& name)
{
    int count = 0;
    for (const QString& pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        if (readFile(u"/proc/%1/cmdline"_s.arg(pid)).split('\0').first().endsWith(name))
            ++count;
    }
    return count;
}

QStringList entries(const QString& folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden | QDir::System);
}

QString state()
{
    return qEnvironmentVariable("LAMELLA_STATE");
}

} // namespace

/// kill -9 of the helper at any point: containers go on, a new helper shows them again, and nothing half made stays.
class RecoveryTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;

    void restart()
    {
        killHelper();
        startHelper();
    }

private Q_SLOTS:
    void initTestCase()
    {
        alice = new Client(4242);
        alice->loadStarter();
    }

    void cleanup()
    {
        for (const QDBusObjectPath& object : alice->objects().keys()) {
            if (object.path().contains("/Containers/"_L1))
                alice->discard(object.path());
        }
    }

    void cleanupTestCase() { delete alice; }

    void containersAreFoundAgain()
    {
        const QString runs
            = alice->run(u"runs"_s,
                         {u"sh"_s, u"-c"_s,
                          u"i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); sleep 0.01; done; sleep 1000"_s});
        const QString paused = alice->run(u"paused"_s, {u"sleep"_s, u"1000"_s});
        alice->ask(paused, u"Container"_s, u"Pause"_s);
        const QString ended = alice->run(u"ended"_s, {u"sh"_s, u"-c"_s, u"exit 4"_s});
        QVERIFY(alice->waitForState(ended, u"stopped"_s));
        const QString made = alice->create(u"made"_s, {u"sh"_s});
        // It ends while no helper is there.
        const QString ends = alice->run(u"ends"_s, {u"sh"_s, u"-c"_s, u"sleep 1; echo last words; exit 7"_s});
        const uint pid = alice->get(runs, u"Container"_s, u"Pid"_s).toUInt();
        const uint endsPid = alice->get(ends, u"Container"_s, u"Pid"_s).toUInt();

        killHelper();
        QVERIFY(QTest::qWaitFor([&] { return readFile(u"/proc/%1/stat"_s.arg(endsPid)).isEmpty(); }, 30000));
        QVERIFY(!readFile(u"/proc/%1/stat"_s.arg(pid)).isEmpty());
        startHelper();

        const auto get
            = [&](const QString& path, const QString& name) { return alice->get(path, u"Container"_s, name); };
        QCOMPARE(get(runs, u"State"_s).toString(), u"running"_s);
        QCOMPARE(get(runs, u"Pid"_s).toUInt(), pid);
        QCOMPARE(get(runs, u"Owner"_s).toUInt(), 4242u);
        QCOMPARE(get(paused, u"State"_s).toString(), u"paused"_s);
        QCOMPARE(get(ended, u"State"_s).toString(), u"stopped"_s);
        QCOMPARE(get(ended, u"ExitStatus"_s).toInt(), 4);
        QCOMPARE(get(made, u"State"_s).toString(), u"created"_s);
        QVERIFY(alice->waitForState(ends, u"stopped"_s));
        QCOMPARE(get(ends, u"ExitStatus"_s).toInt(), 7);
        QVERIFY(alice->log(ends).contains("last words"_L1));

        // No line of the log is lost, and the container obeys the new helper.
        QVERIFY(QTest::qWaitFor([&] { return alice->log(runs).contains(" line 999\n"_L1); }, 60000));
        const QStringList lines = alice->log(runs).split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 1000);
        for (qsizetype i = 0; i < lines.size(); ++i)
            QVERIFY2(lines.at(i).endsWith(u" stdout F line %1"_s.arg(i)), qPrintable(lines.at(i)));
        alice->ask(paused, u"Container"_s, u"Resume"_s);
        alice->ask(runs, u"Container"_s, u"Kill"_s, {uint(SIGKILL)});
        QVERIFY(alice->waitForState(runs, u"stopped"_s));
        QCOMPARE(get(runs, u"ExitStatus"_s).toInt(), 137);
    }

    void loadThatIsKilledLeavesNothing()
    {
        cleanup();
        const QString image = alice->loadStarter();
        alice->ask(kRoot + u"/Images/"_s + QString(image).replace(u':', u'_'), u"Image"_s, u"Remove"_s);
        const QStringList before = entries(state() + u"/layers"_s) + entries(state() + u"/blobs/sha256"_s);
        for (const int pause : {0, 1, 3, 10, 30}) {
            QDBusUnixFileDescriptor layout;
            layout.giveFileDescriptor(openStarter());
            alice->ask(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(layout)});
            QThread::msleep(ulong(pause));
            restart();
            // Either it has been loaded whole or not at all.
            if (alice->objects().size() > 1)
                alice->ask(kRoot + u"/Images/"_s + QString(image).replace(u':', u'_'), u"Image"_s, u"Remove"_s);
            QCOMPARE(entries(state() + u"/layers"_s) + entries(state() + u"/blobs/sha256"_s), before);
            QTRY_COMPARE(countProcesses("lamella-worker"), 0);
        }
        QCOMPARE(alice->loadStarter(), image);
    }

    void createThatIsKilledLeavesNothing_data()
    {
        QTest::addColumn<int>("pause");
        for (const int pause : {0, 2, 5, 10, 20, 50})
            QTest::addRow("%d ms", pause) << pause;
    }

    void createThatIsKilledLeavesNothing()
    {
        QFETCH(int, pause);
        QDBusMessage message = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, kRoot,
                                                              u"org.lamella.Lamella1.Manager"_s, u"CreateContainer"_s);
        message.setArguments(
            {u"starter:latest"_s, u"killed"_s, QStringList{u"sleep"_s, u"1000"_s}, QVariantMap{{u"start"_s, true}}});
        alice->bus().asyncCall(message);
        QThread::msleep(ulong(pause));
        restart();
        // A container that is shown is whole; removing it removes all that there is.
        cleanup();
        QTRY_COMPARE_WITH_TIMEOUT(countProcesses("lamella-shim"), 0, 30000);
        QCOMPARE(entries(state() + u"/containers"_s), QStringList());
        QCOMPARE(entries(u"/run/lamella/containers"_s), QStringList());
        QVERIFY(!readFile(u"/proc/self/mountinfo"_s).contains((state() + u"/containers"_s).toUtf8()));
    }

    void twoHelpersDoNotShareARoot()
    {
        QProcess second;
        second.start(qEnvironmentVariable("LAMELLA_SESSION") + u"/helper"_s, QStringList());
        QVERIFY(second.waitForFinished(30000));
        QCOMPARE(second.exitCode(), 1);
        QVERIFY(second.readAllStandardError().contains("another lamella-helper"));
    }

    void termLeavesContainersRunning()
    {
        const QString path = alice->run(u"stays"_s, {u"sleep"_s, u"1000"_s});
        const uint pid = alice->get(path, u"Container"_s, u"Pid"_s).toUInt();
        ::kill(helperPid(), SIGTERM);
        killHelper();
        QVERIFY(!readFile(u"/proc/%1/stat"_s.arg(pid)).isEmpty());
        startHelper();
        QCOMPARE(alice->get(path, u"Container"_s, u"Pid"_s).toUInt(), pid);
    }
};

QTEST_GUILESS_MAIN(RecoveryTest)
#include "tst_recovery.moc"
