// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/types.h"
#include "tests/dbus/support/image_fixture.h"
#include "tests/dbus/support/layout_registry.h"

#include <QDBusArgument>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

QString starter()
{
    return qEnvironmentVariable("LAMELLA_BIN") + u"/../share/lamella/starter"_s;
}

/// What a program says, where it succeeds.
QByteArray said(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    const bool ended = process.waitForFinished(120000);
    if (!ended || process.exitCode() != 0)
        qFatal("%s %s: %s", qPrintable(program), qPrintable(arguments.join(u' ')),
               process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

/// docker-registry on a free port of this machine, and what it logs.
class DockerRegistry {
public:
    DockerRegistry()
    {
        QFile config(m_directory.filePath(u"config.yml"_s));
        if (!config.open(QIODevice::WriteOnly))
            qFatal("cannot write the registry's configuration");
        config.write("version: 0.1\nlog: {accesslog: {disabled: false}}\nstorage: {filesystem: {rootdirectory: "
                     + m_directory.path().toUtf8() + "/data}}\nhttp: {addr: '127.0.0.1:0'}\n");
        config.close();
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(u"docker-registry"_s, {u"serve"_s, config.fileName()});
        static const QRegularExpression listening(u"listening on 127\\.0\\.0\\.1:(\\d+)"_s);
        while (!listening.match(QString::fromUtf8(m_log)).hasMatch() && m_process.waitForReadyRead(30000))
            m_log += m_process.readAll();
        m_host = u"localhost:"_s + listening.match(QString::fromUtf8(m_log)).captured(1);
    }
    ~DockerRegistry()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    QString name(const QString& rest) const { return m_host + u'/' + rest; }
    /// Of what it has logged since the last call, the requests with a method.
    qsizetype requests(const QByteArray& method)
    {
        while (m_process.waitForReadyRead(500))
            m_log += m_process.readAll();
        const QByteArray log = std::exchange(m_log, {});
        return log.count('"' + method + " /v2/");
    }

private:
    QTemporaryDir m_directory;
    QProcess m_process;
    QByteArray m_log;
    QString m_host;
};

} // namespace

/// What a push sends, and what it finds in the registry, through the bus.
class PushesTest : public QObject, private ImageFixture {
    Q_OBJECT

private:
    QString pulled(const QString& name, const QVariantMap& options = {})
    {
        const QString job = begin(u"PullImage"_s, {name}, options);
        return alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0);
    }
    static QString beginPush(Client& client, const QString& id, const QString& name)
    {
        return client.ask(pathOf(id), u"Image"_s, u"Push"_s, {name}).value<QDBusObjectPath>().path();
    }
    /// The digest of the manifest that was pushed.
    static QString pushed(Client& client, const QString& id, const QString& name)
    {
        return client.ask(beginPush(client, id, name), u"Job"_s, u"Wait"_s).toStringList().value(0);
    }
    int layerCount(const QString& id) { return int(qdbus_cast<dbus::LayerList>(image(id, u"Layers"_s)).size()); }
    /// The image comes from a repository whose blobs no other has.
    QString pulledApart(LayoutRegistry& registry)
    {
        registry.keepApart("team/starter");
        return pulled(registry.name(u"team/starter:1.0"_s));
    }

private Q_SLOTS:
    void initTestCase() { alice->objects(); }
    void cleanup() { leaveNothing(); }

    void whatTheRegistryHasIsNotSent()
    {
        LayoutRegistry registry(starter());
        const QString original = registry.manifest();
        const QString id = pulledApart(registry);
        QCOMPARE(pushed(*alice, id, registry.name(u"other/copy:2"_s)), original);
        QCOMPARE(registry.mounts(), layerCount(id));
        QCOMPARE(registry.uploads(), 1); // the config
        // Now that repository has them.
        QCOMPARE(pushed(*alice, id, registry.name(u"other/copy:3"_s)), original);
        QCOMPARE(registry.mounts(), layerCount(id));
        QCOMPARE(registry.uploads(), 1);
    }

    void digestsAreNamesToo_data()
    {
        QTest::addColumn<bool>("comesFromThere");
        QTest::newRow("of the manifest that it came with") << true;
        QTest::newRow("of a manifest of our own") << false;
    }

    void digestsAreNamesToo()
    {
        QFETCH(bool, comesFromThere);
        LayoutRegistry registry(comesFromThere ? starter() : QString());
        const QString id = comesFromThere ? pulledApart(registry) : alice->loadStarter();
        const auto manifests = [&registry] {
            return std::ranges::count_if(registry.requests(), [](const HttpServer::Request& request) {
                return request.method == "PUT" && request.path.contains("/manifests/");
            });
        };
        // A digest that it cannot have; the sentence says which it has.
        const QString other = registry.name(u"other/copy@sha256:%1"_s.arg(QString(64, u'0')));
        const QDBusMessage refused = alice->lamella(beginPush(*alice, id, other), u"Job"_s, u"Wait"_s);
        QCOMPARE(refused.errorName(), errorName(u"DigestMismatch"_s));
        QCOMPARE(manifests(), 0);
        const QString name = refused.errorMessage().split(u' ').last();
        QVERIFY2(name.startsWith(registry.name(u"other/copy@sha256:"_s)), qPrintable(refused.errorMessage()));
        const QString digest = name.split(u'@').last();
        QVERIFY(!comesFromThere || digest == registry.manifest());
        QCOMPARE(pushed(*alice, id, name), digest);
        QCOMPARE(manifests(), 1);
        QVERIFY(registry.requests().last().path.endsWith("/v2/other/copy/manifests/" + digest.toUtf8()));
        removeImages();
        QCOMPARE(pulled(name), id);
        QCOMPARE(image(id, u"References"_s).toStringList(), QStringList{name});
        // What it is called here needs no other name there.
        QCOMPARE(pushed(*alice, id, name), digest);
    }

    void aTagAndADigestAtOnceAreRefused()
    {
        const QString id = alice->loadStarter();
        const QString name = u"localhost:1/x:1@sha256:%1"_s.arg(QString(64, u'0'));
        QCOMPARE(alice->lamella(pathOf(id), u"Image"_s, u"Push"_s, {name}).errorName(),
                 errorName(u"InvalidArgument"_s));
    }

    void whatHasGoneIsSentAgain_data()
    {
        QTest::addColumn<bool>("admits");
        QTest::newRow("and the registry says so") << true;
        QTest::newRow("and the registry says so only when it gets the manifest") << false;
    }

    void whatHasGoneIsSentAgain()
    {
        QFETCH(bool, admits);
        LayoutRegistry registry(starter());
        const QString id = pulledApart(registry);
        registry.loseLayers(admits);
        QVERIFY(pushed(*alice, id, registry.name(u"team/starter:2"_s)).startsWith("sha256:"_L1));
        QVERIFY(registry.uploads() >= layerCount(id));
        QCOMPARE(registry.mounts(), 0);
        alice->ask(pathOf(id), u"Image"_s, u"Remove"_s);
        QCOMPARE(pulled(registry.name(u"team/starter:2"_s)), id);
    }

    /// Layers are shared by content; where they came from is not.
    void nobodyIsToldOfAnothersRepositories()
    {
        LayoutRegistry registry(starter());
        const QString id = pulledApart(registry);
        QCOMPARE(bob->loadStarter(), id);
        pushed(*bob, id, registry.name(u"bob/own:1"_s));
        QCOMPARE(registry.mounts(), 0);
        QVERIFY(registry.uploads() >= layerCount(id));
        for (const HttpServer::Request& request : registry.requests())
            QVERIFY2(!request.path.contains("from="), request.path.constData());
    }

    void whatWasRemovedIsForgotten()
    {
        LayoutRegistry registry(starter());
        const QString id = pulledApart(registry);
        alice->ask(pathOf(id), u"Image"_s, u"Remove"_s);
        QCOMPARE(alice->loadStarter(), id);
        pushed(*alice, id, registry.name(u"other/copy:1"_s));
        QCOMPARE(registry.mounts(), 0);
    }

    void anImageThatIsRemovedMeanwhileIsStillSent()
    {
        LayoutRegistry registry({});
        const QString id = alice->loadStarter();
        registry.hold();
        const QString job = beginPush(*alice, id, registry.name(u"x:1"_s));
        const auto waits
            = [&] { return std::ranges::contains(registry.requests(), "POST", &HttpServer::Request::method); };
        QVERIFY(QTest::qWaitFor(waits, 30000));
        alice->ask(pathOf(id), u"Image"_s, u"Remove"_s);
        registry.release();
        const QStringList digest = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(digest, QStringList{registry.manifest()});
        QVERIFY(QTest::qWaitFor([] { return layersOnDisk().isEmpty(); }, 30000));
        QCOMPARE(pulled(registry.name(u"x:1"_s)), id);
    }

    /// Images of Docker's schema 2, and back, with the registry and the tool that others use.
    void skopeoAndDockerRegistry()
    {
        for (const QString& program : {u"docker-registry"_s, u"skopeo"_s}) {
            if (QStandardPaths::findExecutable(program).isEmpty())
                QSKIP("needs docker-registry and skopeo (./dev shell --with test)");
        }
        DockerRegistry registry;
        const QString plain = u"--tls-verify=false"_s;
        const auto there = [&](const QString& rest) { return u"docker://"_s + registry.name(rest); };
        said(u"skopeo"_s,
             {u"copy"_s, u"--insecure-policy"_s, u"--dest-tls-verify=false"_s, u"--format"_s, u"v2s2"_s,
              u"oci:"_s + starter(), there(u"team/starter:1"_s)});
        const auto digest = [&](const QString& rest) {
            return QString::fromUtf8(
                       said(u"skopeo"_s, {u"inspect"_s, plain, u"--format"_s, u"{{.Digest}}"_s, there(rest)}))
                .trimmed();
        };
        const QString id = pulled(registry.name(u"team/starter:1"_s));
        QVERIFY(
            alice->ask(pathOf(id), u"Image"_s, u"Inspect"_s).toString().contains("docker.distribution.manifest.v2"_L1));
        registry.requests({});
        const QString copy = pushed(*alice, id, registry.name(u"other/copy:1"_s));
        QCOMPARE(copy, digest(u"team/starter:1"_s));
        QCOMPARE(copy, digest(u"other/copy:1"_s));
        QCOMPARE(registry.requests("PATCH"), 1); // the config; each layer was taken over
        QTemporaryDir out;
        said(u"skopeo"_s,
             {u"copy"_s, u"--insecure-policy"_s, u"--src-tls-verify=false"_s, there(u"other/copy:1"_s),
              u"oci:"_s + out.path() + u":x"_s});
        // What we made ourselves as well.
        removeImages();
        const QString own = alice->loadStarter();
        const QString made = pushed(*alice, own, registry.name(u"own/starter:1"_s));
        QCOMPARE(made, digest(u"own/starter:1"_s));
        const QByteArray config
            = said(u"skopeo"_s, {u"inspect"_s, plain, u"--config"_s, u"--raw"_s, there(u"own/starter:1"_s)});
        QCOMPARE(QString::fromUtf8(config),
                 alice->lamella(pathOf(own), u"Image"_s, u"Inspect"_s).arguments().at(1).toString());
    }
};

QTEST_GUILESS_MAIN(PushesTest)
#include "tst_pushes.moc"
