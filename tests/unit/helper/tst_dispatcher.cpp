// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/dispatcher.h"
#include "resources/dbus/api.h"

#include <QDBusArgument>
#include <QDBusPendingCall>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QProcess>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

namespace {

const QString kPath = u"/org/lamella/Lamella1"_s;
const QString kInterface = u"test.Thing"_s;

const QByteArray kContract = R"(<node><interface name="test.Thing">
    <annotation name="org.lamella.Lamella1.Action" value="read"/>
    <property name="Number" type="i" access="read"/>
    <property name="Text" type="s" access="read"/>
    <method name="Add"><annotation name="org.lamella.Lamella1.Action" value="manage"/>
        <arg type="i" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="out"/></method>
    <method name="Later"><arg type="a{sv}" direction="in"/><arg type="s" direction="out"/></method>
    <method name="Forget"><arg type="a{sv}" direction="in"/></method>
    <method name="Vanish"><arg type="a{sv}" direction="in"/></method>
    <method name="Missing"><arg type="a{sv}" direction="in"/></method>
    <method name="Refuse"><arg type="a{sv}" direction="in"/></method>
    <method name="Two"><arg type="a{sv}" direction="in"/><arg type="s" direction="out"/><arg type="as" direction="out"/></method>
</interface><interface name="test.Open"><method name="Do"><arg type="a{sv}" direction="in"/></method></interface></node>)";

/// Grants and refuses as the test says, and keeps what it was asked.
class TableAuthorizer : public Authorizer {
public:
    void check(const AuthorizationRequest& request, Answer answer) override
    {
        asked.append(request);
        if (holds)
            held.append(std::move(answer));
        else if (refused.contains(request.action))
            answer(failure(ErrorKind::NotAuthorized, "no"));
        else
            answer({});
    }
    void callerLeft(const QString& busName) override { left.append(busName); }

    QList<AuthorizationRequest> asked;
    QStringList refused;
    QStringList left;
    QList<Answer> held;
    bool holds = false;
};

class Thing : public Object {
    Q_OBJECT
    Q_PROPERTY(int Number MEMBER number)
    Q_PROPERTY(QString Text MEMBER text)

public:
    Thing(const QString& path, const QString& interface, std::optional<uid_t> owner);

    int number = 1;
    QString text;
    std::optional<Call> later;
    ObjectTree* tree = nullptr;

    int add(int value) { return number += value; }
    void keep() { later = takeCall(); }
    void forget() { takeCall(); }
    void vanish() { tree->remove(this); }
    void no() { refuse(ErrorKind::Busy, "it is busy"); }
    void change(int value)
    {
        number = value;
        Q_EMIT touched();
    }
};

/// What qdbusxml2cpp would write.
class ThingAdaptor : public QObject {
    Q_OBJECT

public:
    explicit ThingAdaptor(Thing* thing)
        : QObject(thing)
        , m_thing(thing)
    {
    }

public Q_SLOTS:
    int Add(int value, const QVariantMap&) { return m_thing->add(value); }
    QString Later(const QVariantMap&)
    {
        m_thing->keep();
        return {};
    }
    void Forget(const QVariantMap&) { m_thing->forget(); }
    void Vanish(const QVariantMap&) { m_thing->vanish(); }
    void Refuse(const QVariantMap&) { m_thing->no(); }
    QString Two(const QVariantMap&, QStringList& more)
    {
        more = QStringList{u"b"_s, u"c"_s};
        return u"a"_s;
    }

private:
    Thing* m_thing;
};

Thing::Thing(const QString& path, const QString& interface, std::optional<uid_t> owner)
    : Object(path, interface, owner)
{
    setAdaptor(new ThingAdaptor(this));
}

} // namespace

/// The dispatcher on a private bus, with objects and an authorizer of the test's own.
class DispatcherTest : public QObject {
    Q_OBJECT

private:
    QProcess m_daemon;
    QString m_address;
    Contract m_contract;
    std::unique_ptr<TableAuthorizer> m_authorizer;
    std::unique_ptr<Peers> m_peers;
    std::unique_ptr<ObjectTree> m_tree;
    std::unique_ptr<Publisher> m_publisher;
    std::unique_ptr<Dispatcher> m_dispatcher;
    Thing* m_thing = nullptr;
    QList<QDBusMessage> m_signals;
    int m_number = 0;
    QString m_serverName;

    QDBusConnection client() const { return QDBusConnection(u"client"_s); }

    QDBusMessage message(const QString& path, const QString& interface, const QString& member,
                         const QVariantList& arguments)
    {
        QDBusMessage call = QDBusMessage::createMethodCall(m_serverName, path, interface, member);
        call.setArguments(arguments);
        return call;
    }

    QDBusMessage call(const QString& path, const QString& interface, const QString& member,
                      const QVariantList& arguments = {})
    {
        return wait(client().asyncCall(message(path, interface, member, arguments)));
    }

    QDBusMessage thing(const QString& member, QVariantList arguments = {}, const QVariantMap& options = {})
    {
        arguments.append(options);
        return call(kPath + u"/Things/1"_s, kInterface, member, arguments);
    }

    static QDBusMessage wait(const QDBusPendingCall& pending)
    {
        if (!QTest::qWaitFor([&] { return pending.isFinished(); }, 20000))
            qFatal("no answer");
        return pending.reply();
    }

    static QString kind(const char* name) { return QLatin1StringView(dbus::kErrorPrefix) + QLatin1StringView(name); }

private Q_SLOTS:
    void keepSignal(const QDBusMessage& signal) { m_signals.append(signal); }

    void initTestCase()
    {
        m_daemon.start(u"dbus-daemon"_s,
                       {u"--session"_s, u"--nofork"_s, u"--print-address=1"_s, u"--address=unix:tmpdir=/tmp"_s});
        QVERIFY(m_daemon.waitForReadyRead(20000));
        m_address = QString::fromLatin1(m_daemon.readLine()).trimmed();
        m_contract = Contract::parse(kContract).value();
    }

    void cleanupTestCase()
    {
        m_daemon.kill();
        m_daemon.waitForFinished();
    }

    void init()
    {
        QDBusConnection server = QDBusConnection::connectToBus(m_address, u"server"_s);
        QVERIFY2(server.isConnected(), qPrintable(server.lastError().message()));
        m_serverName = server.baseService();
        QDBusConnection::connectToBus(m_address, u"client"_s);
        m_authorizer = std::make_unique<TableAuthorizer>();
        m_peers = std::make_unique<Peers>(server);
        m_tree = std::make_unique<ObjectTree>();
        m_publisher = std::make_unique<Publisher>(server, m_contract, *m_tree, *m_peers);
        const OptionTable options{{u"test.Thing.Add"_s, {{u"twice"_s, QMetaType::fromType<bool>()}}}};
        m_dispatcher
            = std::make_unique<Dispatcher>(m_contract, options, *m_tree, *m_peers, *m_publisher, *m_authorizer);
        QVERIFY(m_dispatcher->attach(server));
        m_thing = m_tree->add(std::make_unique<Thing>(kPath + u"/Things/1"_s, kInterface, ::getuid()));
        m_thing->tree = m_tree.get();
        m_signals.clear();
        for (const QString& member : {u"InterfacesAdded"_s, u"InterfacesRemoved"_s, u"PropertiesChanged"_s})
            QVERIFY(client().connect(QString(), QString(), QString(), member, this, SLOT(keepSignal(QDBusMessage))));
    }

    void cleanup()
    {
        m_dispatcher.reset();
        m_publisher.reset();
        m_tree.reset();
        m_peers.reset();
        m_authorizer.reset();
        QDBusConnection::disconnectFromBus(u"client"_s);
        QDBusConnection::disconnectFromBus(u"server"_s);
    }

    void methodIsAuthorizedAndAnswered()
    {
        QCOMPARE(thing(u"Add"_s, {41}).arguments(), QVariantList{42});
        QCOMPARE(m_authorizer->asked.size(), 1);
        QCOMPARE(m_authorizer->asked.first().action, u"org.lamella.manage"_s);
        QCOMPARE(m_authorizer->asked.first().caller.busName, client().baseService());
        QCOMPARE(m_authorizer->asked.first().caller.uid, ::getuid());
        QVERIFY(!m_authorizer->asked.first().interactive);
    }

    void interactionIsTheMessagesToAllow()
    {
        QDBusMessage asks = message(kPath + u"/Things/1"_s, kInterface, u"Add"_s, {1, QVariantMap()});
        asks.setInteractiveAuthorizationAllowed(true);
        QCOMPARE(wait(client().asyncCall(asks)).type(), QDBusMessage::ReplyMessage);
        QVERIFY(m_authorizer->asked.last().interactive);
    }

    void severalResultsAreAllSent()
    {
        QCOMPARE(thing(u"Two"_s).arguments(), (QVariantList{u"a"_s, QStringList{u"b"_s, u"c"_s}}));
    }

    void refusedMethodDoesNotRun()
    {
        m_authorizer->refused = {u"org.lamella.manage"_s};
        QCOMPARE(thing(u"Add"_s, {41}).errorName(), kind("NotAuthorized"));
        QCOMPARE(m_thing->number, 1);
    }

    void othersObjectNeedsAnotherAction()
    {
        const QString path = kPath + u"/Things/2"_s;
        m_tree->add(std::make_unique<Thing>(path, kInterface, ::getuid() + 1));
        call(path, kInterface, u"Add"_s, {1, QVariantMap()});
        QCOMPARE(m_authorizer->asked.last().action, u"org.lamella.manage-others"_s);
        call(path, u"org.freedesktop.DBus.Properties"_s, u"GetAll"_s, {kInterface});
        QCOMPARE(m_authorizer->asked.last().action, u"org.lamella.manage-others"_s);
    }

    void ownObjectHidesAnothersOfTheSamePath()
    {
        const QString path = kPath + u"/Things/3"_s;
        m_tree->add(std::make_unique<Thing>(path, kInterface, ::getuid() + 1))->number = 7;
        m_tree->add(std::make_unique<Thing>(path, kInterface, ::getuid()))->number = 8;
        const QDBusMessage reply
            = call(path, u"org.freedesktop.DBus.Properties"_s, u"Get"_s, {kInterface, u"Number"_s});
        QCOMPARE(reply.arguments().at(0).value<QDBusVariant>().variant().toInt(), 8);
    }

    void objectThatGoesWhileItIsAuthorizedIsNotFound()
    {
        m_authorizer->holds = true;
        const QDBusPendingCall pending
            = client().asyncCall(message(kPath + u"/Things/1"_s, kInterface, u"Add"_s, {1, QVariantMap()}));
        QTRY_COMPARE(m_authorizer->held.size(), 1);
        m_tree->remove(m_thing);
        QTest::qWait(0);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        m_authorizer->held.takeFirst()({});
        QCOMPARE(wait(pending).errorName(), kind("NotFound"));
    }

    void badArgumentsAreRefused_data()
    {
        QTest::addColumn<QVariantList>("arguments");
        QTest::addColumn<QString>("names");
        QTest::newRow("none") << QVariantList{} << u"(ia{sv})"_s;
        QTest::newRow("another type") << QVariantList{u"1"_s, QVariantMap()} << u"(sa{sv})"_s;
        QTest::newRow("one too many") << QVariantList{1, QVariantMap(), 2} << u"(ia{sv}i)"_s;
        QTest::newRow("unknown option") << QVariantList{1, QVariantMap{{u"thrice"_s, true}}} << u"'thrice'"_s;
        QTest::newRow("option of another type") << QVariantList{1, QVariantMap{{u"twice"_s, 1}}} << u"'twice'"_s;
        QTest::newRow("option that is a structure")
            << QVariantList{1, QVariantMap{{u"twice"_s, QVariantMap{{u"a"_s, 1}}}}} << u"'twice'"_s;
    }

    void badArgumentsAreRefused()
    {
        QFETCH(QVariantList, arguments);
        QFETCH(QString, names);
        const QDBusMessage reply = call(kPath + u"/Things/1"_s, kInterface, u"Add"_s, arguments);
        QCOMPARE(reply.errorName(), kind("InvalidArgument"));
        QVERIFY2(reply.errorMessage().contains(names), qPrintable(reply.errorMessage()));
        QVERIFY(m_authorizer->asked.isEmpty());
        QCOMPARE(m_thing->number, 1);
    }

    void strangeTargetsAreRefused()
    {
        QCOMPARE(thing(u"deleteLater"_s).errorName(), u"org.freedesktop.DBus.Error.UnknownMethod"_s);
        QCOMPARE(thing(u"Missing"_s).errorName(), kind("Unsupported"));
        QCOMPARE(call(kPath + u"/Things/9"_s, kInterface, u"Add"_s, {1, QVariantMap()}).errorName(), kind("NotFound"));
        QCOMPARE(call(kPath + u"/Things/1"_s, u"test.Open"_s, u"Do"_s, {QVariantMap()}).errorName(),
                 u"org.freedesktop.DBus.Error.UnknownInterface"_s);
        m_tree->add(std::make_unique<Thing>(kPath + u"/Open"_s, u"test.Open"_s, std::nullopt));
        QCOMPARE(call(kPath + u"/Open"_s, u"test.Open"_s, u"Do"_s, {QVariantMap()}).errorName(), kind("NotAuthorized"));
    }

    void callIsAnsweredLater()
    {
        const QDBusPendingCall pending
            = client().asyncCall(message(kPath + u"/Things/1"_s, kInterface, u"Later"_s, {QVariantMap()}));
        QTRY_VERIFY(m_thing->later);
        QVERIFY(!pending.isFinished());
        m_thing->later->reply({u"now"_s});
        m_thing->later->fail(ErrorKind::Failed, "too late"); // the first answer counts
        m_thing->later.reset();
        QCOMPARE(wait(pending).arguments(), QVariantList{u"now"_s});
    }

    void forgottenCallFails() { QCOMPARE(thing(u"Forget"_s).errorName(), kind("Failed")); }

    void refusalIsTheAnswer() { QCOMPARE(thing(u"Refuse"_s).errorName(), kind("Busy")); }

    void objectMayRemoveItself()
    {
        QCOMPARE(thing(u"Vanish"_s).type(), QDBusMessage::ReplyMessage);
        QCOMPARE(thing(u"Add"_s, {1}).errorName(), kind("NotFound"));
    }

    void propertiesAreReadOnly()
    {
        const QString properties = u"org.freedesktop.DBus.Properties"_s;
        const QString path = kPath + u"/Things/1"_s;
        const QDBusMessage all = call(path, properties, u"GetAll"_s, {kInterface});
        QCOMPARE(qdbus_cast<QVariantMap>(all.arguments().at(0)),
                 (QVariantMap{{u"Number"_s, 1}, {u"Text"_s, QString()}}));
        QCOMPARE(m_authorizer->asked.last().action, u"org.lamella.read"_s);
        QCOMPARE(call(path, properties, u"Get"_s, {kInterface, u"objectName"_s}).errorName(),
                 u"org.freedesktop.DBus.Error.UnknownProperty"_s);
        QCOMPARE(call(path, properties, u"Set"_s, {kInterface, u"Number"_s, QVariant::fromValue(QDBusVariant(5))})
                     .errorName(),
                 u"org.freedesktop.DBus.Error.PropertyReadOnly"_s);
        QCOMPARE(m_thing->number, 1);
        m_authorizer->refused = {u"org.lamella.read"_s};
        QCOMPARE(call(path, properties, u"Get"_s, {kInterface, u"Number"_s}).errorName(), kind("NotAuthorized"));
    }

    void introspectionShowsTheContract()
    {
        const QString introspectable = u"org.freedesktop.DBus.Introspectable"_s;
        const QString text = call(kPath + u"/Things/1"_s, introspectable, u"Introspect"_s).arguments().at(0).toString();
        QVERIFY2(text.contains("<method name=\"Later\">"_L1), qPrintable(text));
        QVERIFY(text.contains("org.freedesktop.DBus.Properties"_L1));
        QVERIFY(call(kPath, introspectable, u"Introspect"_s)
                    .arguments()
                    .at(0)
                    .toString()
                    .contains("<node name=\"Things\"/>"_L1));
    }

    void signalsGoToThoseWhoAsked()
    {
        m_tree->add(std::make_unique<Thing>(kPath + u"/Things/4"_s, kInterface, ::getuid()));
        m_thing->change(5);
        QTest::qWait(250);
        QCOMPARE(m_signals.size(), 0);

        const QDBusMessage reply = call(kPath, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
        QCOMPARE(qdbus_cast<ManagedObjects>(reply.arguments().at(0)).size(), 2);
        Thing* added = m_tree->add(std::make_unique<Thing>(kPath + u"/Things/5"_s, kInterface, ::getuid()));
        QTRY_COMPARE(m_signals.size(), 1);
        QCOMPARE(m_signals.at(0).member(), u"InterfacesAdded"_s);
        m_tree->remove(added);
        QTRY_COMPARE(m_signals.size(), 2);
        QCOMPARE(m_signals.at(1).member(), u"InterfacesRemoved"_s);
    }

    /// The bus daemon drops the connection of who sends more than 32 MiB in one message, and with it the helper's name.
    void moreThanAMessageHoldsIsRefused()
    {
        for (int i = 0; i < 8; ++i) {
            auto thing = std::make_unique<Thing>(kPath + u"/Things/long%1"_s.arg(i), kInterface, ::getuid());
            thing->text = QString(5 << 20, u'x');
            m_tree->add(std::move(thing));
        }
        const QDBusMessage reply = call(kPath, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
        QCOMPARE(reply.errorName(), u"org.lamella.Lamella1.Error.LimitExceeded"_s);
    }

    void changesAreGathered()
    {
        call(kPath, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
        // Half a second of changes, one each few milliseconds: at most one signal in 100 ms, and the last value
        // arrives.
        QElapsedTimer time;
        time.start();
        for (int i = 100; time.elapsed() < 500; ++i) {
            m_thing->change(i);
            QTest::qWait(3);
        }
        const auto last = [&] {
            return m_signals.isEmpty()
                ? 0
                : qdbus_cast<QVariantMap>(m_signals.last().arguments().at(1)).value(u"Number"_s).toInt();
        };
        QTRY_COMPARE(last(), m_thing->number);
        QVERIFY2(m_signals.size() <= time.elapsed() / 100 + 2, qPrintable(QString::number(m_signals.size())));
        const qsizetype before = m_signals.size();
        m_thing->change(m_thing->number); // nothing new: nothing to say
        QTest::qWait(250);
        QCOMPARE(m_signals.size(), before);
    }

    void whoLeavesIsForgotten()
    {
        call(kPath, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
        const QString name = client().baseService();
        QVERIFY(m_peers->present(name));
        QDBusConnection::disconnectFromBus(u"client"_s);
        QTRY_COMPARE(m_authorizer->left, QStringList{name});
        QVERIFY(!m_peers->present(name));
        QDBusConnection::connectToBus(m_address, u"client"_s);
    }

    void endlessWaitingIsCapped()
    {
        QList<QDBusPendingCall> pending;
        m_authorizer->holds = true;
        for (int i = 0; i < 300; ++i)
            pending.append(
                client().asyncCall(message(kPath + u"/Things/1"_s, kInterface, u"Add"_s, {1, QVariantMap()})));
        QTRY_VERIFY(std::ranges::count_if(pending, &QDBusPendingCall::isFinished) == 300 - 256);
        for (const QDBusPendingCall& call : pending) {
            if (call.isFinished())
                QCOMPARE(call.reply().errorName(), kind("LimitExceeded"));
        }
        QCOMPARE(m_authorizer->held.size(), 256);
        m_authorizer->holds = false;
        m_authorizer->held.clear();
        QTRY_VERIFY(std::ranges::all_of(pending, &QDBusPendingCall::isFinished));
        QCOMPARE(thing(u"Add"_s, {1}).type(), QDBusMessage::ReplyMessage);
    }
};

QTEST_GUILESS_MAIN(DispatcherTest)
#include "tst_dispatcher.moc"
