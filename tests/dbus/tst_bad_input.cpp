// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include <QDBusVariant>
#include <QDir>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include <fcntl.h>
#include <limits>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

/// All that a container could leave behind: its directories, cgroups and mounts.
QStringList traces()
{
    QStringList found;
    const QString state = qEnvironmentVariable("LAMELLA_STATE");
    for (const QString& folder : {state + u"/containers"_s, u"/run/lamella/containers"_s})
        found += QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
    for (const QString& tree : QDir(u"/sys/fs/cgroup"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        // Only what this session's containers have: others on this machine use the same parent.
        for (const QString& id :
             QDir(u"/sys/fs/cgroup/"_s + tree + u"/lamella"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            if (found.contains(id))
                found.append(tree + u'/' + id);
        }
    }
    for (const QByteArray& line : readFile(u"/proc/self/mountinfo"_s).split('\n')) {
        if (line.contains((state + u"/containers"_s).toUtf8()))
            found.append(QString::fromUtf8(line));
    }
    return found;
}

} // namespace

/// What bad input gets: the right error, and nothing is left behind.
class BadInputTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;

private Q_SLOTS:
    void initTestCase()
    {
        alice = new Client(4242);
        alice->loadStarter();
        QVERIFY2(traces().isEmpty(), qPrintable(traces().join(u' ')));
    }

    void cleanupTestCase() { delete alice; }

    void containerIsNotMade_data()
    {
        QTest::addColumn<QString>("image");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("command");
        QTest::addColumn<QVariantMap>("options");
        QTest::addColumn<QString>("kind");
        const QString starter = u"starter:latest"_s;
        const QStringList sh{u"sh"_s};
        const auto option = [&](const char* row, const char* name, const QVariant& value, const QString& kind) {
            QTest::newRow(row) << starter << QString() << sh << QVariantMap{{QString::fromLatin1(name), value}} << kind;
        };
        const QString invalid = u"InvalidArgument"_s;
        QTest::newRow("no such image") << u"nothing:latest"_s << QString() << sh << QVariantMap() << u"NotFound"_s;
        QTest::newRow("image with a path") << u"../../etc"_s << QString() << sh << QVariantMap() << u"NotFound"_s;
        QTest::newRow("name with a slash") << starter << u"a/b"_s << sh << QVariantMap() << invalid;
        QTest::newRow("name that is ..") << starter << u".."_s << sh << QVariantMap() << invalid;
        QTest::newRow("name that is long") << starter << QString(64, u'a') << sh << QVariantMap() << invalid;
        QTest::newRow("command that is not there") << starter << QString() << QStringList{u"/no/such/program"_s}
                                                   << QVariantMap{{u"start"_s, true}} << u"NotFound"_s;
        QTest::newRow("command that is no program") << starter << QString() << QStringList{u"/etc/passwd"_s}
                                                    << QVariantMap{{u"start"_s, true}} << u"NotAuthorized"_s;
        QTest::newRow("too long a command")
            << starter << QString() << QStringList{QString(200000, u'a')} << QVariantMap() << u"LimitExceeded"_s;
        option("unknown option", "privileged", true, invalid);
        option("memory as text", "memory_bytes", u"1g"_s, invalid);
        option("memory of another type", "memory_bytes", 64u << 20, invalid);
        option("start as a number", "start", 1u, invalid);
        option("env as text", "env", u"A=b"_s, invalid);
        option("env without =", "env", QStringList{u"A"_s}, invalid);
        option("too little memory", "memory_bytes", qulonglong(4096), invalid);
        option("more memory than there is", "memory_bytes", qulonglong(1) << 60, u"LimitExceeded"_s);
        option("negative quota", "cpu_quota", -1.0, invalid);
        option("quota that is no number", "cpu_quota", std::numeric_limits<double>::quiet_NaN(), invalid);
        option("endless quota", "cpu_quota", std::numeric_limits<double>::infinity(), invalid);
        option("more CPUs than there are", "cpu_quota", 100000.0, u"LimitExceeded"_s);
        option("no weight", "cpu_weight", qulonglong(0), invalid);
        option("too much weight", "cpu_weight", qulonglong(10001), invalid);
        option("relative directory", "working_dir", u"tmp"_s, invalid);
        option("unknown user", "user", u"nobody-knows"_s, u"NotFound"_s);
        option("host name with a space", "hostname", u"a b"_s, invalid);
    }

    void containerIsNotMade()
    {
        QFETCH(QString, image);
        QFETCH(QString, name);
        QFETCH(QStringList, command);
        QFETCH(QVariantMap, options);
        QFETCH(QString, kind);
        const QDBusMessage reply
            = alice->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s, {image, name, command}, options);
        QCOMPARE(reply.errorName(), errorName(kind));
        QVERIFY(!reply.errorMessage().isEmpty());
        QVERIFY2(traces().isEmpty(), qPrintable(traces().join(u' ')));
        QVERIFY(std::ranges::none_of(alice->objects().keys(), [](const QDBusObjectPath& path) {
            return path.path().contains("/Containers/"_L1);
        }));
    }

    void nameThatExists()
    {
        const QString path = alice->create(u"taken"_s, {u"sh"_s});
        QCOMPARE(
            alice->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s, {u"starter:latest"_s, u"taken"_s, QStringList{}})
                .errorName(),
            errorName(u"AlreadyExists"_s));
        const QString other = alice->create(u"other"_s, {u"sh"_s});
        QCOMPARE(alice->lamella(other, u"Container"_s, u"Rename"_s, {u"taken"_s}).errorName(),
                 errorName(u"AlreadyExists"_s));
        QCOMPARE(alice->lamella(other, u"Container"_s, u"Rename"_s, {u"no name"_s}).errorName(),
                 errorName(u"InvalidArgument"_s));
        alice->discard(path);
        alice->discard(other);
        QVERIFY2(traces().isEmpty(), qPrintable(traces().join(u' ')));
    }

    void wrongStates()
    {
        const QString path = alice->create(u"states"_s, {u"sleep"_s, u"1000"_s});
        const auto error = [&](const QString& member, const QVariantList& arguments = {}) {
            return alice->lamella(path, u"Container"_s, member, arguments).errorName();
        };
        const QString wrong = errorName(u"WrongState"_s);
        QCOMPARE(error(u"Stop"_s, {qulonglong(0)}), wrong);
        QCOMPARE(error(u"Kill"_s, {15u}), wrong);
        QCOMPARE(error(u"Pause"_s), wrong);
        QCOMPARE(error(u"Resume"_s), wrong);
        QCOMPARE(error(u"Attach"_s), wrong);
        QCOMPARE(error(u"ListProcesses"_s), wrong);
        QCOMPARE(error(u"Exec"_s, {QStringList{u"sh"_s}}), wrong);
        QCOMPARE(error(u"OpenLog"_s), errorName(u"NotFound"_s));
        alice->ask(path, u"Container"_s, u"Start"_s);
        QCOMPARE(error(u"Start"_s), wrong);
        QCOMPARE(error(u"Remove"_s), wrong);
        QCOMPARE(error(u"Kill"_s, {0u}), errorName(u"InvalidArgument"_s));
        QCOMPARE(error(u"Kill"_s, {4096u}), errorName(u"InvalidArgument"_s));
        QCOMPARE(error(u"Exec"_s, {QStringList{}}), errorName(u"InvalidArgument"_s));
        QCOMPARE(error(u"Exec"_s, {QStringList{u"/no/such/program"_s}}), errorName(u"NotFound"_s));
        alice->discard(path);
        QCOMPARE(error(u"Start"_s), errorName(u"NotFound"_s));
        QVERIFY2(traces().isEmpty(), qPrintable(traces().join(u' ')));
    }

    void layoutIsNotLoaded_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("flags");
        QTest::newRow("a file") << u"/etc/passwd"_s << O_RDONLY;
        QTest::newRow("a device") << u"/dev/zero"_s << O_RDONLY;
        QTest::newRow("only a path") << u"/etc"_s << (O_PATH | O_DIRECTORY);
        QTest::newRow("no layout") << u"/etc"_s << (O_RDONLY | O_DIRECTORY);
    }

    void layoutIsNotLoaded()
    {
        QFETCH(QString, path);
        QFETCH(int, flags);
        QDBusUnixFileDescriptor layout;
        layout.giveFileDescriptor(::open(qPrintable(path), flags | O_CLOEXEC));
        QDBusMessage reply = alice->lamella(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(layout)});
        if (reply.type() == QDBusMessage::ReplyMessage)
            reply = alice->lamella(reply.arguments().at(0).value<QDBusObjectPath>().path(), u"Job"_s, u"Wait"_s);
        QCOMPARE(reply.errorName(), errorName(u"InvalidArgument"_s));
    }

    void strayMessages_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("interface");
        QTest::addColumn<QString>("member");
        QTest::addColumn<QVariantList>("arguments");
        const QString manager = u"org.lamella.Lamella1.Manager"_s;
        const QString properties = u"org.freedesktop.DBus.Properties"_s;
        QTest::newRow("no object") << kRoot + u"/Containers/0"_s << manager << u"Start"_s
                                   << QVariantList{QVariantMap()};
        QTest::newRow("another tree") << u"/"_s << manager << u"LoadImage"_s << QVariantList{};
        QTest::newRow("no interface") << kRoot << u"org.lamella.Lamella1.Nothing"_s << u"Do"_s << QVariantList{};
        QTest::newRow("no method") << kRoot << manager << u"Run"_s << QVariantList{QVariantMap()};
        QTest::newRow("a slot of Qt's") << kRoot << manager << u"deleteLater"_s << QVariantList{};
        QTest::newRow("no arguments") << kRoot << manager << u"CreateContainer"_s << QVariantList{};
        QTest::newRow("text for a descriptor")
            << kRoot << manager << u"LoadImage"_s << QVariantList{u"/etc"_s, QVariantMap()};
        QTest::newRow("too many arguments") << kRoot << manager << u"CreateContainer"_s
                                            << QVariantList{u"a"_s, u"b"_s, QStringList{}, QVariantMap(), u"more"_s};
        QTest::newRow("no property") << kRoot << properties << u"Get"_s << QVariantList{manager, u"objectName"_s};
        QTest::newRow("property is set") << kRoot << properties << u"Set"_s
                                         << QVariantList{manager, u"Version"_s,
                                                         QVariant::fromValue(QDBusVariant(u"9"_s))};
        QTest::newRow("another's interface")
            << kRoot << properties << u"GetAll"_s << QVariantList{u"org.lamella.Lamella1.Job"_s};
        QTest::newRow("object manager elsewhere") << kRoot + u"/Containers"_s << u"org.freedesktop.DBus.ObjectManager"_s
                                                  << u"GetManagedObjects"_s << QVariantList{};
    }

    void strayMessages()
    {
        QFETCH(QString, path);
        QFETCH(QString, interface);
        QFETCH(QString, member);
        QFETCH(QVariantList, arguments);
        QCOMPARE(alice->call(path, interface, member, arguments).type(), QDBusMessage::ErrorMessage);
        QVERIFY(!alice->get(kRoot, u"Manager"_s, u"Version"_s).toString().isEmpty());
    }

    /// Random members with random arguments: each is answered with an error and the helper stays.
    void randomMessages()
    {
        QRandomGenerator random(20250822); // the same messages each time
        const QStringList interfaces{u"Manager"_s, u"Container"_s, u"Image"_s, u"Job"_s, u"Session"_s};
        const QStringList members{u"LoadImage"_s, u"CreateContainer"_s, u"Stop"_s, u"Kill"_s, u"Exec"_s,
                                  u"Wait"_s,      u"Resize"_s};
        const QList<QVariant> values{QVariantMap(),
                                     QVariantMap{{u"start"_s, QVariant::fromValue(QDBusVariant(1))}},
                                     QStringList{u"a"_s},
                                     u"text"_s,
                                     7u,
                                     -1,
                                     1.5,
                                     true,
                                     QByteArray("\xff\x00", 2),
                                     qulonglong(-1),
                                     QVariant::fromValue(QDBusObjectPath(u"/"_s)),
                                     QVariant::fromValue(QDBusVariant(u"v"_s))};
        const pid_t helper = helperPid();
        for (int i = 0; i < 300; ++i) {
            QVariantList arguments;
            for (quint32 n = random.bounded(5u); n > 0; --n)
                arguments.append(values.at(random.bounded(values.size())));
            const QDBusMessage reply
                = alice->call(kRoot, u"org.lamella.Lamella1."_s + interfaces.at(random.bounded(interfaces.size())),
                              members.at(random.bounded(members.size())), arguments);
            QCOMPARE(reply.type(), QDBusMessage::ErrorMessage);
            QVERIFY2(reply.errorName() != "org.freedesktop.DBus.Error.NoReply"_L1, qPrintable(reply.errorMessage()));
        }
        QVERIFY(!readFile(u"/proc/%1/cmdline"_s.arg(helper)).isEmpty());
    }
};

QTEST_GUILESS_MAIN(BadInputTest)
#include "tst_bad_input.moc"
