// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/types.h"
#include "tests/dbus/support/client.h"
#include "tests/dbus/support/contract_members.h"

#include <QDBusPendingCall>
#include <QDateTime>
#include <QFileInfo>
#include <QTest>
#include <QThread>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

const QString kTrashed = u"TrashedContainer"_s;

QString trashPath(const QString& container)
{
    return kRoot + u"/Trash/"_s + container.section(u'/', -1);
}

QString directoryOf(const QString& container)
{
    return qEnvironmentVariable("LAMELLA_STATE") + u"/containers/"_s + container.section(u'/', -1);
}

} // namespace

/// What is removed can be brought back, through the contract.
class TrashTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        dbus::registerTypes();
        alice = std::make_unique<Client>(4242);
        bob = std::make_unique<Client>(4343);
        root = std::make_unique<Client>(0);
        m_image = alice->loadStarter();
        QVERIFY(!m_image.isEmpty());
        bob->objects();
    }

    void cleanup()
    {
        for (const QDBusObjectPath& object : alice->objects().keys()) {
            if (object.path().contains("/Containers/"_L1))
                alice->discard(object.path());
        }
        alice->ask(kRoot, u"Manager"_s, u"EmptyTrash"_s);
        QCOMPARE(trashed(), QStringList());
    }

    void isInTheTrashWhenTheCallIsAnswered()
    {
        const QString path = make(u"web"_s, u"head -c 100000 /dev/zero >/big; rm /etc/group; echo said"_s);
        const quint64 created = alice->get(path, u"Container"_s, u"CreatedUsec"_s).toULongLong();
        const QVariantMap told = thrownAway(path);
        QVERIFY(!alice->objects().contains(QDBusObjectPath(path)));
        QCOMPARE(told.value(u"Id"_s).toString(), path.section(u'/', -1));
        QCOMPARE(told.value(u"Name"_s).toString(), u"web"_s);
        QCOMPARE(told.value(u"Owner"_s).toUInt(), 4242u);
        QCOMPARE(told.value(u"ImageId"_s).toString(), m_image);
        QCOMPARE(told.value(u"ImageName"_s).toString(), u"starter:latest"_s);
        QCOMPARE(told.value(u"CreatedUsec"_s).toULongLong(), created);
        QCOMPARE(told.value(u"Changes"_s).toLongLong(), 2);
        QVERIFY(told.value(u"SizeBytes"_s).toULongLong() >= 100000);
        const auto now = quint64(QDateTime::currentMSecsSinceEpoch()) * 1000;
        const quint64 removed = told.value(u"RemovedUsec"_s).toULongLong();
        QVERIFY(removed <= now && now - removed < 60'000'000);
        const uint days = alice->get(kRoot, u"Manager"_s, u"TrashDays"_s).toUInt();
        QCOMPARE(days, 7u);
        QCOMPARE(told.value(u"ExpiresUsec"_s).toULongLong() - removed, days * 86'400'000'000ull);
        for (const QString& name : told.keys())
            QCOMPARE(alice->get(trashPath(path), kTrashed, name), told.value(name));
    }

    void whatWouldBeLost()
    {
        const QString path = make(u"web"_s, u"head -c 100000 /dev/zero >/big; sleep 0.1; echo 1 >/new"_s);
        const auto before = alice->lamella(path, u"Container"_s, u"SummarizeChanges"_s).arguments();
        thrownAway(path);
        const auto after = alice->lamella(trashPath(path), kTrashed, u"SummarizeChanges"_s).arguments();
        QCOMPARE(after.size(), 4);
        QCOMPARE(after.at(0).toULongLong(), 2ull);
        QCOMPARE(after.at(1), before.at(1));
        QCOMPARE(qdbus_cast<dbus::PathNumbers>(after.at(2)), qdbus_cast<dbus::PathNumbers>(before.at(2)));
        QCOMPARE(qdbus_cast<dbus::PathNumbers>(after.at(3)).first().path, "/new");
    }

    void comesBackAsItWas()
    {
        const QString path = make(u"web"_s, u"echo 1 >/new; echo said"_s);
        const QVariantMap before = properties(path, u"Container"_s);
        const QString log = alice->log(path);
        thrownAway(path);
        const auto answer = alice->lamella(trashPath(path), kTrashed, u"Restore"_s);
        QVERIFY2(answer.errorName().isEmpty(), qPrintable(answer.errorMessage()));
        QCOMPARE(answer.arguments().at(0).value<QDBusObjectPath>().path(), path);
        QCOMPARE(answer.arguments().at(1).toString(), u"web"_s);
        QCOMPARE(trashed(), QStringList());
        QVERIFY(alice->objects().contains(QDBusObjectPath(path)));
        const QVariantMap after = properties(path, u"Container"_s);
        for (const QString& name : before.keys()) {
            if (name != "StartTimeline"_L1)
                QCOMPARE(after.value(name), before.value(name));
        }
        QCOMPARE(alice->changes(path).size(), 1);
        QCOMPARE(alice->log(path), log);
        alice->ask(path, u"Container"_s, u"Start"_s);
        QVERIFY(alice->waitForState(path, u"stopped"_s));
        QCOMPARE(alice->log(path).count("said"_L1), 2);
    }

    void aNameThatIsTakenIsAnother()
    {
        const QString path = make(u"web"_s, u":"_s);
        thrownAway(path);
        make(u"web"_s, u":"_s);
        const auto answer = alice->lamella(trashPath(path), kTrashed, u"Restore"_s);
        QCOMPARE(answer.arguments().at(1).toString(), u"web-1"_s);
        QCOMPARE(alice->get(path, u"Container"_s, u"Name"_s).toString(), u"web-1"_s);
    }

    void onlyOnRequestForGood()
    {
        const QString path = make(u"web"_s, u":"_s);
        alice->ask(path, u"Container"_s, u"Remove"_s, {}, {{u"permanently"_s, true}});
        QCOMPARE(trashed(), QStringList());
        QVERIFY(!QFileInfo::exists(directoryOf(path)));
        const QString kept = make(u"web"_s, u"echo 1 >/new"_s);
        const quint64 size = thrownAway(kept).value(u"SizeBytes"_s).toULongLong();
        QVERIFY(QFileInfo::exists(directoryOf(kept)));
        QCOMPARE(alice->ask(trashPath(kept), kTrashed, u"Delete"_s).toULongLong(), size);
        QCOMPARE(trashed(), QStringList());
        QVERIFY(!QFileInfo::exists(directoryOf(kept)));
        QCOMPARE(alice->lamella(trashPath(kept), kTrashed, u"Restore"_s).errorName(), errorName(u"NotFound"_s));
    }

    void aRunningOneNeedsForce()
    {
        const QString path = alice->run(u"web"_s, {u"sleep"_s, u"1000"_s});
        QCOMPARE(alice->lamella(path, u"Container"_s, u"Remove"_s).errorName(), errorName(u"WrongState"_s));
        alice->ask(path, u"Container"_s, u"Remove"_s, {}, {{u"force"_s, true}});
        alice->ask(trashPath(path), kTrashed, u"Restore"_s);
        QCOMPARE(alice->get(path, u"Container"_s, u"State"_s).toString(), u"stopped"_s);
        QCOMPARE(alice->get(path, u"Container"_s, u"ExitStatus"_s).toInt(), 137);
    }

    /// What never was one for its user does not come back.
    void oneThatDoesNotStartIsNotLeftBehind()
    {
        const auto answer
            = alice->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s,
                             {u"starter:latest"_s, u"web"_s, QStringList{u"/no/such/program"_s}}, {{u"start"_s, true}});
        QCOMPARE(answer.errorName(), errorName(u"NotFound"_s));
        QCOMPARE(trashed(), QStringList());
    }

    void isEmptiedForItsOwnerAlone()
    {
        quint64 size = 0;
        for (const auto& name : {u"one"_s, u"two"_s})
            size += thrownAway(make(name, u"head -c 50000 /dev/zero >/f"_s)).value(u"SizeBytes"_s).toULongLong();
        QVERIFY(size >= 100000);
        QCOMPARE(bob->ask(kRoot, u"Manager"_s, u"EmptyTrash"_s).toULongLong(), 0ull);
        QCOMPARE(trashed().size(), 2);
        QCOMPARE(alice->ask(kRoot, u"Manager"_s, u"EmptyTrash"_s).toULongLong(), size);
        QCOMPARE(trashed(), QStringList());
        QCOMPARE(alice->ask(kRoot, u"Manager"_s, u"EmptyTrash"_s).toULongLong(), 0ull);
    }

    void othersMayNothingOnIt()
    {
        const QString path = make(u"secret"_s, u"echo 1 >/new"_s);
        thrownAway(path);
        QVERIFY(!bob->objects().contains(QDBusObjectPath(trashPath(path))));
        for (const auto& method : {u"Restore"_s, u"Delete"_s, u"SummarizeChanges"_s})
            QCOMPARE(bob->lamella(trashPath(path), kTrashed, method).errorName(), errorName(u"NotAuthorized"_s));
        const QString properties = u"org.freedesktop.DBus.Properties"_s;
        QCOMPARE(bob->call(trashPath(path), properties, u"GetAll"_s, {u"org.lamella.Lamella1.TrashedContainer"_s})
                     .errorName(),
                 errorName(u"NotAuthorized"_s));
        QVERIFY(root->objects().contains(QDBusObjectPath(trashPath(path))));
        root->ask(trashPath(path), kTrashed, u"Restore"_s);
        QCOMPARE(alice->get(path, u"Container"_s, u"Owner"_s).toUInt(), 4242u);
    }

    void badOptions()
    {
        const QString path = make(u"web"_s, u":"_s);
        for (const QVariantMap& options : {QVariantMap{{u"permanently"_s, u"yes"_s}}, QVariantMap{{u"days"_s, 3u}}})
            QCOMPARE(alice->lamella(path, u"Container"_s, u"Remove"_s, {}, options).errorName(),
                     errorName(u"InvalidArgument"_s));
        thrownAway(path);
        QCOMPARE(alice->lamella(trashPath(path), kTrashed, u"Restore"_s, {}, {{u"name"_s, u"x"_s}}).errorName(),
                 errorName(u"InvalidArgument"_s));
    }

    void theImageSaysSo()
    {
        const QString path = make(u"web"_s, u":"_s);
        thrownAway(path);
        const QString image = kRoot + u"/Images/"_s + QString(m_image).replace(u':', u'_');
        const auto answer = alice->lamella(image, u"Image"_s, u"Remove"_s);
        QCOMPARE(answer.errorName(), errorName(u"Busy"_s));
        QVERIFY2(answer.errorMessage().contains("web (in the trash)"_L1), qPrintable(answer.errorMessage()));
        const auto prunable
            = alice->ask(kRoot, u"Manager"_s, u"PruneImages"_s, {}, {{u"all"_s, true}, {u"dry_run"_s, true}});
        QVERIFY(!qdbus_cast<dbus::ObjectPaths>(prunable).contains(QDBusObjectPath(image)));
    }

    /// The row moves at once: killed at any moment, the helper that comes back has it here or there, whole.
    void aKilledHelperLosesNothing_data()
    {
        QTest::addColumn<int>("microseconds");
        for (const int microseconds : {0, 300, 600, 1000, 2000, 4000, 8000, 20000})
            QTest::addRow("killed after %d us", microseconds) << microseconds;
    }
    void aKilledHelperLosesNothing()
    {
        QFETCH(const int, microseconds);
        const QString path
            = make(u"web"_s, u"echo 1 >/new; i=0; while [ $i -lt 300 ]; do echo >/f$i; i=$((i+1)); done"_s);
        QDBusMessage call = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, path,
                                                           u"org.lamella.Lamella1.Container"_s, u"Remove"_s);
        call << QVariantMap();
        alice->bus().asyncCall(call);
        QTest::qWait(0);
        QThread::usleep(static_cast<unsigned long>(microseconds));
        killHelper();
        startHelper();
        const auto objects = alice->objects();
        const bool isContainer = objects.contains(QDBusObjectPath(path));
        QVERIFY(isContainer != objects.contains(QDBusObjectPath(trashPath(path))));
        if (!isContainer) {
            QTRY_COMPARE(alice->get(trashPath(path), kTrashed, u"Changes"_s).toLongLong(), 301);
            const auto answer = alice->lamella(trashPath(path), kTrashed, u"Restore"_s);
            QVERIFY2(answer.errorName().isEmpty(), qPrintable(answer.errorMessage()));
        }
        QCOMPARE(alice->changes(path).size(), 301);
        alice->ask(path, u"Container"_s, u"Start"_s);
    }

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(trashMembers()), QStringList()); }

private:
    std::unique_ptr<Client> alice;
    std::unique_ptr<Client> bob;
    std::unique_ptr<Client> root;
    QString m_image;

    /// A container that has run a script to its end.
    QString make(const QString& name, const QString& script)
    {
        const QString path = alice->run(name, {u"sh"_s, u"-c"_s, script});
        if (!alice->waitForState(path, u"stopped"_s))
            qWarning("it has not ended");
        return path;
    }

    /// Removes it; what it is then.
    QVariantMap thrownAway(const QString& path)
    {
        alice->ask(path, u"Container"_s, u"Remove"_s);
        return properties(trashPath(path), kTrashed);
    }

    /// As they are now; the list of objects has them as they were last told.
    QVariantMap properties(const QString& path, const QString& interface)
    {
        const auto reply = alice->call(path, u"org.freedesktop.DBus.Properties"_s, u"GetAll"_s,
                                       {u"org.lamella.Lamella1."_s + interface});
        return qdbus_cast<QVariantMap>(reply.arguments().value(0));
    }

    QStringList trashed()
    {
        QStringList paths;
        for (const QDBusObjectPath& object : alice->objects().keys()) {
            if (object.path().contains("/Trash/"_L1))
                paths.append(object.path());
        }
        return paths;
    }
};

QTEST_GUILESS_MAIN(TrashTest)
#include "tst_trash.moc"
