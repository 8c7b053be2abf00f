// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include <QDBusArgument>
#include <QDBusVariant>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

const QString kInterface = u"org.lamella.Lamella1."_s;

} // namespace

/// Who may see, call and hear what: alice and bob may manage what is theirs, carol (nobody) may nothing, root all.
class PermissionsTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;
    Client* bob = nullptr;
    Client* carol = nullptr;
    Client* root = nullptr;
    QString m_container;

private Q_SLOTS:
    void initTestCase()
    {
        alice = new Client(4242);
        bob = new Client(4343);
        carol = new Client(65534);
        root = new Client(0);
        alice->loadStarter();
        bob->objects();
        m_container = alice->run(u"mine"_s, {u"sleep"_s, u"1000"_s});
    }

    void cleanupTestCase()
    {
        alice->discard(m_container);
        delete alice;
        delete bob;
        delete carol;
        delete root;
    }

    void objectsOfOthersAreNotListed()
    {
        QVERIFY(alice->objects().contains(QDBusObjectPath(m_container)));
        QVERIFY(root->objects().contains(QDBusObjectPath(m_container)));
        const ManagedObjects seen = bob->objects();
        QCOMPARE(seen.keys(), QList{QDBusObjectPath(kRoot)});
        const QDBusMessage text
            = bob->call(kRoot + u"/Containers"_s, u"org.freedesktop.DBus.Introspectable"_s, u"Introspect"_s);
        QVERIFY(!text.arguments().at(0).toString().contains(m_container.section(u'/', -1)));
    }

    void othersMayNothingOnIt_data()
    {
        QTest::addColumn<QString>("interface");
        QTest::addColumn<QString>("member");
        QTest::addColumn<QVariantList>("arguments");
        const QVariantMap none;
        const QString container = kInterface + u"Container"_s;
        const QString properties = u"org.freedesktop.DBus.Properties"_s;
        QTest::newRow("Get") << properties << u"Get"_s << QVariantList{container, u"Pid"_s};
        QTest::newRow("GetAll") << properties << u"GetAll"_s << QVariantList{container};
        for (const char* member : {"Start", "Pause", "Resume", "Remove", "Attach", "OpenLog", "OpenStats",
                                   "ListProcesses", "ListChanges", "WatchChanges"})
            QTest::newRow(member) << container << QString::fromLatin1(member) << QVariantList{none};
        QTest::newRow("CompareContent") << container << u"CompareContent"_s
                                        << QVariantList{QVariant::fromValue(QByteArrayList{"/etc"}), none};
        QTest::newRow("Stop") << container << u"Stop"_s << QVariantList{qulonglong(0), none};
        QTest::newRow("Kill") << container << u"Kill"_s << QVariantList{9u, none};
        QTest::newRow("Rename") << container << u"Rename"_s << QVariantList{u"his"_s, none};
        QTest::newRow("Exec") << container << u"Exec"_s << QVariantList{QStringList{u"sh"_s}, none};
    }

    void othersMayNothingOnIt()
    {
        QFETCH(QString, interface);
        QFETCH(QString, member);
        QFETCH(QVariantList, arguments);
        for (Client* other : {bob, carol})
            QCOMPARE(other->call(m_container, interface, member, arguments).errorName(), errorName(u"NotAuthorized"_s));
        QCOMPARE(alice->get(m_container, u"Container"_s, u"State"_s).toString(), u"running"_s);
        QCOMPARE(alice->get(m_container, u"Container"_s, u"Name"_s).toString(), u"mine"_s);
    }

    void whoPolkitRefusesGetsNothing()
    {
        const QString manager = u"Manager"_s;
        QCOMPARE(carol->call(kRoot, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s).errorName(),
                 errorName(u"NotAuthorized"_s));
        QCOMPARE(
            carol->call(kRoot, u"org.freedesktop.DBus.Properties"_s, u"GetAll"_s, {kInterface + manager}).errorName(),
            errorName(u"NotAuthorized"_s));
        QCOMPARE(carol->lamella(kRoot, manager, u"CreateContainer"_s, {u"starter:latest"_s, QString(), QStringList{}})
                     .errorName(),
                 errorName(u"NotAuthorized"_s));
    }

    /// CVE-2017-8422: nothing that the caller says makes him somebody else. There is no field for it: what looks like
    /// one is an unknown option.
    void CVE_2017_8422_callerCannotNameHimself()
    {
        for (const QString& name : {u"uid"_s, u"owner"_s, u"sender"_s, u"user_id"_s}) {
            const QDBusMessage reply = bob->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                                    {u"starter:latest"_s, QString(), QStringList{}}, {{name, 0u}});
            QCOMPARE(reply.errorName(), errorName(u"InvalidArgument"_s));
            QVERIFY2(reply.errorMessage().contains(name), qPrintable(reply.errorMessage()));
        }
    }

    /// CVE-2020-27187: one authorized call opens no door for the next caller, nor for the same one's other calls.
    void CVE_2020_27187_eachCallIsChecked()
    {
        QVERIFY(!alice->get(m_container, u"Container"_s, u"Pid"_s).isNull());
        const QList calls = {u"Pause"_s, u"ListProcesses"_s};
        for (const QString& member : calls) {
            QCOMPARE(alice->lamella(m_container, u"Container"_s, member).type(), QDBusMessage::ReplyMessage);
            QCOMPARE(bob->lamella(m_container, u"Container"_s, member).errorName(), errorName(u"NotAuthorized"_s));
        }
        alice->ask(m_container, u"Container"_s, u"Resume"_s);
    }

    void imagesOfOthersAreNotFound()
    {
        QCOMPARE(
            bob->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s, {u"starter:latest"_s, QString(), QStringList{}})
                .errorName(),
            errorName(u"NotFound"_s));
    }

    void signalsOfOthersAreNotHeard()
    {
        // Bob listens to everything that comes; a container of his own says that signals do come.
        bob->objects();
        bob->forgetSignals();
        alice->ask(m_container, u"Container"_s, u"Pause"_s);
        alice->ask(m_container, u"Container"_s, u"Resume"_s);
        const QString secret = alice->run(u"secret"_s, {u"true"_s});
        QVERIFY(alice->waitForState(secret, u"stopped"_s));
        alice->discard(secret);
        bob->loadStarter();
        const QString own = bob->create(u"his"_s, {u"true"_s});
        const auto mentions = [&](const QString& path) {
            return std::ranges::any_of(bob->received(), [&](const Signal& signal) {
                return signal.path == path || signal.arguments.value(0).value<QDBusObjectPath>().path() == path;
            });
        };
        QVERIFY(QTest::qWaitFor([&] { return mentions(own); }));
        QVERIFY(!mentions(secret));
        QVERIFY(!mentions(m_container));
        bob->discard(own);
    }

    void rootMayAll()
    {
        QCOMPARE(root->get(m_container, u"Container"_s, u"Owner"_s).toUInt(), 4242u);
        root->ask(m_container, u"Container"_s, u"ListProcesses"_s);
        root->ask(m_container, u"Container"_s, u"OpenStats"_s);
    }

    void sessionsAreHungUpWhenTheirCallerLeaves()
    {
        auto* visitor = new Client(4242);
        const QDBusMessage reply
            = visitor->lamella(m_container, u"Container"_s, u"Exec"_s, {QStringList{u"sh"_s}}, {{u"terminal"_s, true}});
        QVERIFY2(reply.type() == QDBusMessage::ReplyMessage, qPrintable(reply.errorMessage()));
        const QString session = reply.arguments().at(0).value<QDBusObjectPath>().path();
        const uint pid = alice->get(session, u"Session"_s, u"Pid"_s).toUInt();
        QVERIFY(!readFile(u"/proc/%1/stat"_s.arg(pid)).isEmpty());
        delete visitor;
        QVERIFY(QTest::qWaitFor([&] { return readFile(u"/proc/%1/stat"_s.arg(pid)).isEmpty(); }, 30000));
        QVERIFY(QTest::qWaitFor([&] { return !alice->objects().contains(QDBusObjectPath(session)); }));
        QCOMPARE(alice->get(m_container, u"Container"_s, u"State"_s).toString(), u"running"_s);
    }

    void sessionsAreCapped()
    {
        QStringList sessions;
        QString refused;
        for (int i = 0; i < 33 && refused.isEmpty(); ++i) {
            const QDBusMessage reply = alice->lamella(m_container, u"Container"_s, u"Attach"_s);
            if (reply.type() == QDBusMessage::ReplyMessage)
                sessions.append(reply.arguments().at(0).value<QDBusObjectPath>().path());
            else
                refused = reply.errorName();
        }
        QCOMPARE(refused, errorName(u"LimitExceeded"_s));
        for (const QString& session : sessions)
            alice->ask(session, u"Session"_s, u"Close"_s);
    }

    void jobsAreCapped()
    {
        const QString deaf = alice->run(u"deaf"_s, {u"sh"_s, u"-c"_s, u"trap '' TERM; while :; do sleep 1; done"_s});
        QStringList jobs;
        QString refused;
        for (int i = 0; i < 17 && refused.isEmpty(); ++i) {
            const QDBusMessage reply = alice->lamella(deaf, u"Container"_s, u"Stop"_s, {qulonglong(3600'000'000)});
            if (reply.type() == QDBusMessage::ReplyMessage)
                jobs.append(reply.arguments().at(0).value<QDBusObjectPath>().path());
            else
                refused = reply.errorName();
        }
        QCOMPARE(jobs.size(), 16);
        QCOMPARE(refused, errorName(u"LimitExceeded"_s));
        QCOMPARE(bob->lamella(jobs.first(), u"Job"_s, u"Cancel"_s).errorName(), errorName(u"NotAuthorized"_s));
        for (const QString& job : jobs)
            alice->ask(job, u"Job"_s, u"Cancel"_s);
        alice->discard(deaf);
    }
};

QTEST_GUILESS_MAIN(PermissionsTest)
#include "tst_permissions.moc"
