// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/types.h"
#include "tests/dbus/support/contract_members.h"
#include "tests/dbus/support/image_fixture.h"
#include "tests/dbus/support/layout_registry.h"

#include <QDBusArgument>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

const QString kPassword = u"a-Pa55word-nobody-else-has"_s;

// kPassword, as htpasswd -B writes it.
constexpr auto kPasswords = "bob:$2b$05$abcdefghijklmnopqrstuuvwWEKBKw72vxHNRrg0NmemvqrDG7TjS\n";

/// Where the helper could have written it, of what it and its programs write: the state with the database, what a
/// reboot forgets, and the log, which says all it ever says (LAMELLA_LOG_LEVEL).
QStringList filesWith(const QByteArray& text)
{
    QStringList found;
    for (const QString& place : {qEnvironmentVariable("LAMELLA_STATE"), u"/run/lamella"_s,
                                 qEnvironmentVariable("LAMELLA_SESSION") + u"/helper.log"_s}) {
        QStringList files{place};
        if (QFileInfo(place).isDir()) {
            files.clear();
            QDirIterator all(place, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
            while (all.hasNext())
                files.append(all.next());
        }
        for (const QString& file : files) {
            if (readFile(file).contains(text))
                found.append(file);
        }
    }
    return found;
}

/// The same for a login, in each form that it has on its way.
QStringList filesWithLogin(const QString& user)
{
    const QByteArray pair = user.toUtf8() + ':' + kPassword.toUtf8();
    const QByteArray wide(reinterpret_cast<const char*>(kPassword.utf16()), kPassword.size() * 2);
    return filesWith(kPassword.toUtf8()) + filesWith(wide) + filesWith(pair.toBase64());
}

QString starter()
{
    return qEnvironmentVariable("LAMELLA_BIN") + u"/../share/lamella/starter"_s;
}

/// docker-registry on a free port of this machine, without TLS; it asks who one is where `asks` says so.
class RealRegistry {
public:
    static bool isThere() { return !QStandardPaths::findExecutable(u"docker-registry"_s).isEmpty(); }

    explicit RealRegistry(bool asks = false)
    {
        const QByteArray place = m_directory.path().toUtf8();
        write(u"passwords"_s, kPasswords);
        write(u"config.yml"_s,
              "version: 0.1\nstorage: {filesystem: {rootdirectory: " + place + "/data}}\nhttp: {addr: '127.0.0.1:0'}\n"
                  + (asks ? "auth: {htpasswd: {realm: basic, path: " + place + "/passwords}}\n" : QByteArray()));
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(u"docker-registry"_s, {u"serve"_s, m_directory.filePath(u"config.yml"_s)});
        QByteArray said;
        static const QRegularExpression listening(u"listening on 127\\.0\\.0\\.1:(\\d+)"_s);
        while (!listening.match(QString::fromUtf8(said)).hasMatch() && m_process.waitForReadyRead(30000))
            said += m_process.readAll();
        m_host = u"localhost:"_s + listening.match(QString::fromUtf8(said)).captured(1);
    }
    ~RealRegistry()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    const QString& host() const { return m_host; }

private:
    void write(const QString& name, const QByteArray& text)
    {
        QFile file(m_directory.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(name));
    }

    QTemporaryDir m_directory;
    QProcess m_process;
    QString m_host;
};

} // namespace

/// Images from and to registries, through the bus, as a user who may manage what is his.
class RegistriesTest : public QObject, private ImageFixture {
    Q_OBJECT

private:
    QString pull(const QString& name, const QVariantMap& options = {})
    {
        return begin(u"PullImage"_s, {name}, options);
    }

private Q_SLOTS:
    void initTestCase() { alice->objects(); }

    void cleanup() { leaveNothing(); }

    void namesMeanWhatPeopleExpect_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("meaning"); // or the error
        QTest::newRow("short") << u"debian"_s << u"docker.io/library/debian:latest"_s;
        QTest::newRow("with a tag") << u"team/app:1.2"_s << u"docker.io/team/app:1.2"_s;
        QTest::newRow("a registry's") << u"localhost:5000/x"_s << u"localhost:5000/x:latest"_s;
        QTest::newRow("no name") << u"Not A Name"_s << errorName(u"InvalidArgument"_s);
        QTest::newRow("another digest") << u"x@sha512:%1"_s.arg(QString(128, u'0')) << errorName(u"Unsupported"_s);
    }

    void namesMeanWhatPeopleExpect()
    {
        QFETCH(QString, text);
        QFETCH(QString, meaning);
        const QDBusMessage reply = alice->lamella(kRoot, u"Manager"_s, u"ResolveReference"_s, {text});
        QCOMPARE(reply.type() == QDBusMessage::ReplyMessage ? reply.arguments().value(0).toString() : reply.errorName(),
                 meaning);
    }

    void pullBringsAnImage()
    {
        LayoutRegistry registry(starter());
        const QString job = pull(registry.name(u"team/starter"_s));
        const QStringList ids = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(ids.size(), 1);
        QCOMPARE(image(ids.at(0), u"References"_s).toStringList(),
                 QStringList{registry.name(u"team/starter:latest"_s)});
        QCOMPARE(alice->get(job, u"Job"_s, u"Operation"_s).toString(), u"pull-image"_s);
        QCOMPARE(alice->get(job, u"Job"_s, u"Items"_s).toStringList(),
                 QStringList{registry.name(u"team/starter:latest"_s)});
        const auto parts = qdbus_cast<dbus::JobParts>(alice->get(job, u"Job"_s, u"Parts"_s));
        QCOMPARE(parts.size(), registry.layersFetched());
        for (const dbus::JobPart& part : parts) {
            QVERIFY(part.name.startsWith("sha256:"_L1));
            QVERIFY(part.bytesTotal > 0);
            QCOMPARE(part.bytesDone, part.bytesTotal);
        }
        const QString container
            = alice
                  ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                        {ids.at(0), u"pulled"_s, QStringList{u"echo"_s, u"it runs"_s}}, {{u"start"_s, true}})
                  .value<QDBusObjectPath>()
                  .path();
        QVERIFY(alice->waitForState(container, u"stopped"_s));
        QVERIFY(alice->log(container).contains("it runs"_L1));
        QCOMPARE(qdbus_cast<dbus::ObjectPaths>(image(ids.at(0), u"UsedBy"_s)),
                 dbus::ObjectPaths{QDBusObjectPath(container)});
        alice->discard(container);
        QCOMPARE(qdbus_cast<dbus::ObjectPaths>(image(ids.at(0), u"UsedBy"_s)), dbus::ObjectPaths());
    }

    void secondPullFetchesNoLayer()
    {
        LayoutRegistry registry(starter());
        alice->ask(pull(registry.name(u"x"_s)), u"Job"_s, u"Wait"_s);
        const int fetched = registry.layersFetched();
        QVERIFY(fetched > 0);
        const QStringList ids = alice->ask(pull(registry.name(u"x:1.0"_s)), u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(registry.layersFetched(), fetched);
        QCOMPARE(image(ids.at(0), u"References"_s).toStringList().size(), 2);
        // Whoever has none of them must show that he may have them.
        const QString job
            = bob->ask(kRoot, u"Manager"_s, u"PullImage"_s, {registry.name(u"x"_s)}).value<QDBusObjectPath>().path();
        bob->ask(job, u"Job"_s, u"Wait"_s);
        QCOMPARE(registry.layersFetched(), 2 * fetched);
    }

    void pullByDigest()
    {
        LayoutRegistry registry(starter());
        const QString name = registry.name(u"team/starter@"_s + registry.manifest());
        const QStringList ids = alice->ask(pull(name), u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(ids.size(), 1);
        QCOMPARE(image(ids.at(0), u"References"_s).toStringList(), QStringList{name});
        for (const HttpServer::Request& request : registry.requests())
            QVERIFY2(!request.path.endsWith("/latest"), request.path.constData());
        const QString other = registry.name(u"team/starter@sha256:%1"_s.arg(QString(64, u'0')));
        QCOMPARE(errorOf(pull(other)), errorName(u"NotFound"_s));
        // Where there is a tag as well, the digest decides, whatever has that tag.
        const QString both = registry.name(u"team/starter:nothing@"_s + registry.manifest());
        QCOMPARE(alice->ask(pull(both), u"Job"_s, u"Wait"_s).toStringList(), ids);
    }

    void tagsAreListed()
    {
        LayoutRegistry registry(starter());
        const QString job = begin(u"ListTags"_s, {registry.name(u"x"_s)});
        QCOMPARE(alice->ask(job, u"Job"_s, u"Wait"_s).toStringList(), (QStringList{u"latest"_s, u"1.0"_s}));
    }

    void loginsAreUsedAndForgotten_data()
    {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("error");
        QTest::newRow("right") << kPassword << QString();
        QTest::newRow("wrong") << kPassword + u"-not"_s << errorName(u"RegistryDenied"_s);
    }

    void loginsAreUsedAndForgotten()
    {
        QFETCH(QString, given);
        QFETCH(QString, error);
        LayoutRegistry registry(starter(), "somebody:" + kPassword.toUtf8());
        const QString job = pull(registry.name(u"x"_s), {{u"user"_s, u"somebody"_s}, {u"password"_s, given}});
        QCOMPARE(errorOf(job), error);
        for (const auto* name : {"Stage", "ErrorMessage", "Items", "Result"})
            QVERIFY2(!alice->get(job, u"Job"_s, QLatin1StringView(name)).toStringList().join(u' ').contains(kPassword),
                     name);
        QCOMPARE(filesWithLogin(u"somebody"_s), QStringList());
        // What is said of calls is said; and what the database has is found, where there is anything to find.
        QVERIFY(filesWith("PullImage on ").contains(qEnvironmentVariable("LAMELLA_SESSION") + u"/helper.log"_s));
        const QString database = qEnvironmentVariable("LAMELLA_STATE") + u"/lamella.db"_s;
        QCOMPARE(filesWith(registry.name(u"x:latest"_s).toUtf8()).filter(database).isEmpty(), !error.isEmpty());
    }

    void loginsAreNotWrittenWhileTheyAreUsed()
    {
        LayoutRegistry registry(starter(), "somebody:" + kPassword.toUtf8());
        registry.stall();
        const QString job = pull(registry.name(u"x"_s), {{u"user"_s, u"somebody"_s}, {u"password"_s, kPassword}});
        QVERIFY(QTest::qWaitFor([&] { return registry.layersFetched() > 0; }, 30000));
        QCOMPARE(filesWithLogin(u"somebody"_s), QStringList());
        alice->ask(job, u"Job"_s, u"Cancel"_s);
        QCOMPARE(errorOf(job), errorName(u"Cancelled"_s));
        QCOMPARE(filesWithLogin(u"somebody"_s), QStringList());
    }

    void badRequestsAreRefused_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QVariantMap>("options");
        const auto row = [](const char* what, const QString& name, const QVariantMap& options) {
            for (const QString& member : {u"PullImage"_s, u"ListTags"_s, u"CheckLogin"_s})
                QTest::addRow("%s: %s", qPrintable(member), what) << member << name << options;
        };
        row("no name", u"A B"_s, {});
        row("unknown option", u"x"_s, {{u"passwd"_s, kPassword}});
        row("option of another type", u"x"_s, {{u"password"_s, 5}});
        row("password of nobody", u"x"_s, {{u"password"_s, kPassword}});
        row("two secrets", u"x"_s, {{u"user"_s, u"u"_s}, {u"password"_s, kPassword}, {u"identity_token"_s, kPassword}});
        row("mirror without a scheme", u"x"_s, {{u"mirrors"_s, QStringList{u"mirror.example.org"_s}}});
        row("mirror of another scheme", u"x"_s, {{u"mirrors"_s, QStringList{u"file:///etc"_s}}});
        row("mirror with a login", u"x"_s, {{u"mirrors"_s, QStringList{u"https://a:b@mirror.example.org"_s}}});
        row("mirror with a query", u"x"_s, {{u"mirrors"_s, QStringList{u"https://mirror.example.org/?a=b"_s}}});
        for (const QString& platform : {u"arm64"_s, u"linux/"_s, u"linux/a b"_s, u"linux/arm/v7/more"_s})
            QTest::addRow("platform %s", qPrintable(platform))
                << u"PullImage"_s << u"x"_s << QVariantMap{{u"platform"_s, platform}};
        const QVariantMap login{{u"user"_s, u"u"_s}, {u"password"_s, kPassword}};
        QTest::addRow("no registry") << u"CheckLogin"_s << u"debian"_s << login;
        QTest::addRow("no login") << u"CheckLogin"_s << u"quay.io"_s << QVariantMap();
        QTest::addRow("platform of tags") << u"ListTags"_s << u"x"_s << QVariantMap{{u"platform"_s, u"linux/arm64"_s}};
    }

    void badRequestsAreRefused()
    {
        QFETCH(QString, member);
        QFETCH(QString, name);
        QFETCH(QVariantMap, options);
        const QDBusMessage reply = alice->lamella(kRoot, u"Manager"_s, member, {name}, options);
        QCOMPARE(reply.errorName(), errorName(u"InvalidArgument"_s));
        QVERIFY2(!reply.errorMessage().contains(kPassword), qPrintable(reply.errorMessage()));
    }

    void tooMuchIsRefused_data()
    {
        QTest::addColumn<QVariantMap>("options");
        QTest::newRow("password") << QVariantMap{{u"user"_s, u"u"_s}, {u"password"_s, QString(20000, u'x')}};
        QTest::newRow("certificates") << QVariantMap{{u"ca_certificates"_s, QString(70000, u'x')}};
        QTest::newRow("proxy") << QVariantMap{{u"http_proxy"_s, QString(5000, u'x')}};
        QTest::newRow("mirrors") << QVariantMap{{u"mirrors"_s, QStringList(9, u"https://m.example.org"_s)}};
    }

    void tooMuchIsRefused()
    {
        QFETCH(QVariantMap, options);
        QCOMPARE(alice->lamella(kRoot, u"Manager"_s, u"PullImage"_s, {u"x"_s}, options).errorName(),
                 errorName(u"LimitExceeded"_s));
    }

    void pullsAreCappedAndCancelled()
    {
        LayoutRegistry registry(starter());
        registry.stall();
        QStringList jobs;
        for (int i = 0; i < 8; ++i)
            jobs.append(pull(registry.name(u"x"_s)));
        const QDBusMessage more = alice->lamella(kRoot, u"Manager"_s, u"PullImage"_s, {registry.name(u"x"_s)});
        QCOMPARE(more.errorName(), errorName(u"LimitExceeded"_s));
        QVERIFY(QTest::qWaitFor([&] { return registry.layersFetched() > 0; }, 30000));
        for (const QString& job : jobs)
            alice->ask(job, u"Job"_s, u"Cancel"_s);
        for (const QString& job : jobs)
            QCOMPARE(errorOf(job), errorName(u"Cancelled"_s));
        // The places are free again.
        alice->ask(pull(registry.name(u"nothing:here"_s)), u"Job"_s, u"Cancel"_s);
    }

    void pullOfNothingSaysSo()
    {
        LayoutRegistry registry(starter());
        QCOMPARE(errorOf(pull(registry.name(u"x:nothing"_s))), errorName(u"NotFound"_s));
    }

    void killedOnesLeaveNothing_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::newRow("fetcher") << QByteArray("lamella-fetcher");
        QTest::newRow("worker") << QByteArray("lamella-worker");
    }

    void killedOnesLeaveNothing()
    {
        QFETCH(QByteArray, program);
        LayoutRegistry registry(starter());
        registry.stall();
        const QString job = pull(registry.name(u"x"_s));
        QVERIFY(
            QTest::qWaitFor([&] { return registry.layersFetched() > 0 && !processesOf(program).isEmpty(); }, 30000));
        for (const pid_t pid : processesOf(program))
            ::kill(pid, SIGKILL);
        QVERIFY(!errorOf(job).isEmpty());
        QVERIFY(layersOnDisk().isEmpty());
    }

    void killedHelperLeavesNothing()
    {
        LayoutRegistry registry(starter());
        registry.stall();
        pull(registry.name(u"x"_s));
        QVERIFY(QTest::qWaitFor([&] { return registry.layersFetched() > 0; }, 30000));
        killHelper();
        QVERIFY(QTest::qWaitFor(
            [] { return processesOf("lamella-fetcher").isEmpty() && processesOf("lamella-worker").isEmpty(); }, 30000));
        startHelper();
        QVERIFY(layersOnDisk().isEmpty());
        alice->objects();
    }

    /// Wherever in it: what is pushed is only read, and what the registry has of it already is not sent again.
    void aHelperKilledWhilePushingLosesNothing()
    {
        LayoutRegistry registry{QString()};
        const QString name = registry.name(u"team/pushed:2"_s);
        const QString id = alice->loadStarter();
        const QStringList layers = layersOnDisk();
        const auto push
            = [&] { return alice->ask(pathOf(id), u"Image"_s, u"Push"_s, {name}).value<QDBusObjectPath>().path(); };
        for (int uploads = 0; uploads < 4; ++uploads) {
            const QString job = push();
            QVERIFY(QTest::qWaitFor(
                [&] {
                    return registry.uploads() >= uploads
                        || alice->get(job, u"Job"_s, u"State"_s).toString() != "running"_L1;
                },
                30000));
            killHelper();
            QVERIFY(QTest::qWaitFor(
                [] { return processesOf("lamella-fetcher").isEmpty() && processesOf("lamella-worker").isEmpty(); },
                30000));
            startHelper();
            alice->objects();
            QCOMPARE(layersOnDisk(), layers);
            QCOMPARE(image(id, u"References"_s).toStringList(), QStringList{u"docker.io/library/starter:latest"_s});
        }
        const QStringList pushed = alice->ask(push(), u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(pushed, QStringList{registry.manifest()});
    }

    void pushedImagesArePulledByOthers()
    {
        LayoutRegistry registry({}, "somebody:" + kPassword.toUtf8());
        const QVariantMap login{{u"user"_s, u"somebody"_s}, {u"password"_s, kPassword}};
        const QString id = alice->loadStarter();
        const QString name = registry.name(u"team/pushed:2"_s);
        const auto push = [&] {
            const QString job
                = alice->ask(pathOf(id), u"Image"_s, u"Push"_s, {name}, login).value<QDBusObjectPath>().path();
            return alice->ask(job, u"Job"_s, u"Wait"_s).toStringList();
        };
        const QStringList first = push();
        QCOMPARE(first, QStringList{registry.manifest()});
        const int uploads = registry.uploads();
        QVERIFY(uploads > 0);
        QCOMPARE(push(), first);
        QCOMPARE(registry.uploads(), uploads); // it has them
        const QString job
            = bob->ask(kRoot, u"Manager"_s, u"PullImage"_s, {name}, login).value<QDBusObjectPath>().path();
        QCOMPARE(bob->ask(job, u"Job"_s, u"Wait"_s).toStringList(), QStringList{id});
        const QString refused = alice->ask(pathOf(id), u"Image"_s, u"Push"_s, {name}).value<QDBusObjectPath>().path();
        QCOMPARE(errorOf(refused), errorName(u"RegistryDenied"_s));
    }

    void aRealRegistryTakesAndGivesImages()
    {
        if (!RealRegistry::isThere())
            QSKIP("needs docker-registry (./dev shell --with test)");
        const RealRegistry registry;
        const QString host = registry.host();
        const QString name = host + u"/team/real:1"_s;

        const QString id = alice->loadStarter();
        const QString pushed = alice->ask(pathOf(id), u"Image"_s, u"Push"_s, {name}).value<QDBusObjectPath>().path();
        QVERIFY(alice->ask(pushed, u"Job"_s, u"Wait"_s).toStringList().value(0).startsWith("sha256:"_L1));
        removeImages();
        QCOMPARE(alice->ask(pull(name), u"Job"_s, u"Wait"_s).toStringList(), QStringList{id});
        QCOMPARE(image(id, u"References"_s).toStringList(), QStringList{name});
        const QString tags = begin(u"ListTags"_s, {host + u"/team/real"_s});
        QCOMPARE(alice->ask(tags, u"Job"_s, u"Wait"_s).toStringList(), QStringList{u"1"_s});
    }

    void loginsAreChecked_data()
    {
        QTest::addColumn<bool>("asks");
        QTest::addColumn<QString>("password");
        QTest::addColumn<QString>("result");
        QTest::addColumn<QString>("error");
        QTest::newRow("right") << true << kPassword << u"accepted"_s << QString();
        QTest::newRow("wrong") << true << kPassword + u"-not"_s << QString() << errorName(u"RegistryDenied"_s);
        QTest::newRow("of nobody's interest") << false << kPassword << u"not-asked"_s << QString();
    }

    void loginsAreChecked()
    {
        QFETCH(bool, asks);
        QFETCH(QString, password);
        QFETCH(QString, result);
        QFETCH(QString, error);
        if (!RealRegistry::isThere())
            QSKIP("needs docker-registry (./dev shell --with test)");
        const RealRegistry registry(asks);
        // A part of a registry has the registry's login.
        const QString job = begin(u"CheckLogin"_s, {registry.host() + u"/team"_s},
                                  {{u"user"_s, u"bob"_s}, {u"password"_s, password}});
        QCOMPARE(errorOf(job), error);
        QCOMPARE(alice->get(job, u"Job"_s, u"Result"_s).toStringList().join(u' '), result);
        QCOMPARE(alice->get(job, u"Job"_s, u"Items"_s).toStringList(), QStringList{registry.host()});
        QCOMPARE(filesWithLogin(u"bob"_s), QStringList());
        QVERIFY(filesWith("CheckLogin on ").contains(qEnvironmentVariable("LAMELLA_SESSION") + u"/helper.log"_s));
    }

    /// What the administrator has set holds for each of them.
    void settingsCountForEveryCall()
    {
        const HttpServer registry([](const HttpServer::Request&) { return HttpServer::Reply{503, {}, {}}; });
        const QString host = QString::fromStdString(registry.host());
        const QVariantMap login{{u"user"_s, u"somebody"_s}, {u"password"_s, kPassword}};
        const QString settings = qEnvironmentVariable("LAMELLA_SESSION") + u"/helper.conf"_s;
        QFile file(settings);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("attempts = 2\n") > 0);
        file.close();
        killHelper();
        startHelper({"--config", settings.toUtf8()});
        qsizetype asked = 0;
        for (const auto& [member, name] :
             {std::pair(u"PullImage"_s, host + u"/x"_s), {u"ListTags"_s, host + u"/x"_s}, {u"CheckLogin"_s, host}}) {
            QCOMPARE(errorOf(begin(member, {name}, login)), errorName(u"Network"_s));
            QVERIFY2(registry.requests().size() == asked + 2, qPrintable(member));
            asked = registry.requests().size();
        }
        killHelper();
        startHelper();
        alice->objects();
    }

    /// Last: everything above has used what tst_interface leaves out.
    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(registryMembers()), QStringList()); }
};

QTEST_GUILESS_MAIN(RegistriesTest)
#include "tst_registries.moc"
