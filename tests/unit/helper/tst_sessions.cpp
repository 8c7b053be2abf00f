// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/container_manager.h"
#include "engine/db/database.h"
#include "helper/background.h"
#include "helper/dbus/object_tree.h"
#include "helper/dbus/peers.h"
#include "helper/jobs/jobs.h"
#include "helper/live/live_changes.h"
#include "helper/objects/image_catalog.h"
#include "helper/objects/sessions.h"
#include "helper/stats/stats_history.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

namespace {

/// The helper's parts around the sessions, with no container and no image, and one caller who is on the bus.
struct Parts {
    Parts(const std::filesystem::path& root, const QDBusConnection& bus, std::chrono::milliseconds kept)
        : database(db::Database::open(root / "lamella.db").value())
        , store(*database, root, {})
        , containers(*database, store, {.root = root, .run = root / "run", .programs = {}, .seccompProfile = {}})
        , peers(bus)
        , jobs(tree)
        , stats(containers, root)
        , live(containers, peers)
        , sessions(kept)
        , services{containers, store, tree,    peers,      jobs,       sessions,
                   stats,      live,  catalog, background, background, background}
    {
        sessions.follow(services);
    }

    std::unique_ptr<db::Database> database;
    image::ImageStore store;
    container::ContainerManager containers;
    Peers peers;
    ObjectTree tree;
    Background background{1};
    Jobs jobs;
    StatsHistory stats;
    LiveChanges live;
    ImageCatalog catalog;
    Sessions sessions;
    Services services;
};

} // namespace

/// Sessions in the tree: what ends them, and how long they stay.
class SessionsTest : public QObject {
    Q_OBJECT

private:
    QProcess m_daemon;
    QString m_address;
    QTemporaryDir m_directory;

    static SessionObject* add(Parts& parts, const Caller& caller, std::optional<unsigned> exec)
    {
        auto place = parts.sessions.reserve(caller.uid);
        return place ? parts.sessions.add({"c1", caller, *place, exec, 1, {}}) : nullptr;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_daemon.start(u"dbus-daemon"_s,
                       {u"--session"_s, u"--nofork"_s, u"--print-address=1"_s, u"--address=unix:tmpdir=/tmp"_s});
        QVERIFY(m_daemon.waitForReadyRead(20000));
        m_address = QString::fromLatin1(m_daemon.readLine()).trimmed();
    }

    void cleanupTestCase()
    {
        m_daemon.kill();
        m_daemon.waitForFinished();
    }

    void endedSessionsVanish()
    {
        const QDBusConnection bus = QDBusConnection::connectToBus(m_address, u"sessions"_s);
        QVERIFY2(bus.isConnected(), qPrintable(bus.lastError().message()));
        {
            Parts parts(m_directory.path().toStdString(), bus, std::chrono::milliseconds(20));
            std::optional<Caller> caller;
            parts.peers.identify(bus.baseService(), [&](const Caller& known) { caller = known; });
            QVERIFY(QTest::qWaitFor([&] { return caller.has_value(); }));

            SessionObject* ended = add(parts, *caller, 1);
            SessionObject* running = add(parts, *caller, 2);
            SessionObject* attached = add(parts, *caller, std::nullopt);
            QVERIFY(ended && running && attached);
            const QStringList paths{ended->path(), running->path(), attached->path()};
            QSignalSpy removed(&parts.tree, &ObjectTree::removed);
            Q_EMIT parts.containers.execExited("c1", 1, 3);
            Q_EMIT parts.containers.execExited("another", 2, 3);
            // Its status can be read by who comes a little late.
            QVERIFY(parts.tree.find(paths.at(0), caller->uid));
            QCOMPARE(ended->exitStatus(), 3);
            QVERIFY(!ended->running());
            QTRY_COMPARE(removed.size(), 1);
            QVERIFY(!parts.tree.find(paths.at(0), caller->uid));
            QVERIFY(running->running() && attached->running());

            Q_EMIT parts.containers.removed("c1");
            QVERIFY(!running->running() && !attached->running());
            QTRY_COMPARE(removed.size(), 3);
            QVERIFY(!parts.tree.find(paths.at(1), caller->uid));
            QVERIFY(!parts.tree.find(paths.at(2), caller->uid));
        }
        QDBusConnection::disconnectFromBus(u"sessions"_s);
    }
};

QTEST_GUILESS_MAIN(SessionsTest)
#include "tst_sessions.moc"
