// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificate.h"
#include "fixture.h"
#include "token_server.h"

#include <QRegularExpression>
#include <QStandardPaths>

#include <random>

using namespace fixture;

namespace {

// "secret", as htpasswd -B writes it.
constexpr auto kPasswords = "bob:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/// docker-registry with TLS on a free port of this machine.
class DockerRegistry {
public:
    DockerRegistry(const Certificate& certificate, const QByteArray& authentication)
    {
        write("passwords", kPasswords);
        const auto path = [this](const char* name) { return m_directory.filePath(QString::fromLatin1(name)).toUtf8(); };
        QByteArray auth = authentication;
        auth.replace("@PASSWORDS@", path("passwords")).replace("@CERTIFICATE@", certificate.path().toUtf8());
        write("config.yml",
              "version: 0.1\nlog: {level: info}\nstorage: {filesystem: {rootdirectory: " + path("data")
                  + "}, delete: {enabled: true}}\nhttp: {addr: '127.0.0.1:0', tls: {certificate: "
                  + certificate.path().toUtf8() + ", key: " + certificate.keyPath().toUtf8() + "}}\nauth:\n" + auth);
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(QStringLiteral("docker-registry"),
                        {QStringLiteral("serve"), m_directory.filePath(QStringLiteral("config.yml"))});
        static const QRegularExpression listening(QStringLiteral("listening on 127\\.0\\.0\\.1:(\\d+)"));
        while (m_process.waitForReadyRead(30'000)) {
            m_log += m_process.readAll();
            if (const auto match = listening.match(QString::fromUtf8(m_log)); match.hasMatch()) {
                m_host = "localhost:" + match.captured(1).toStdString();
                return;
            }
        }
        qFatal("docker-registry does not start: %s", m_log.constData());
    }
    ~DockerRegistry()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    const std::string& host() const { return m_host; }

private:
    void write(const char* name, const QByteArray& text)
    {
        QFile file{m_directory.filePath(QString::fromLatin1(name))};
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", name);
    }

    QTemporaryDir m_directory;
    QProcess m_process;
    QByteArray m_log;
    std::string m_host;
};

std::string noise(std::size_t size)
{
    std::mt19937 random{1};
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&random] { return static_cast<char>(random()); });
    return bytes;
}

} // namespace

/// Against the real registry: what is pushed comes back.
class TstDockerRegistry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("docker-registry")).isEmpty())
            QSKIP("needs docker-registry (./dev shell --with test)");
    }

    void pushesAndPulls_data()
    {
        QTest::addColumn<bool>("tokens");
        QTest::newRow("basic") << false;
        QTest::newRow("bearer") << true;
    }
    void pushesAndPulls()
    {
        QFETCH(bool, tokens);
        const Certificate certificate;
        const TokenServer tokenServer{certificate};
        const DockerRegistry registry{
            certificate,
            tokens ? "  token: {realm: '" + tokenServer.realm()
                    + "', service: lamella-registry, issuer: lamella-test, rootcertbundle: @CERTIFICATE@}\n"
                   : QByteArray("  htpasswd: {realm: basic, path: @PASSWORDS@}\n")};
        Access anonymous;
        anonymous.registry.certificates = certificate.pem().toStdString();
        Access bob = anonymous;
        bob.registry.credentials.user = "bob";
        bob.registry.credentials.password = "secret";
        const auto fetcher = start();
        const auto name
            = [&registry](const std::string& rest) { return parseName(registry.host() + '/' + rest).value(); };

        push(*fetcher, name("public/one:1"), bob);
        if (QTest::currentTestFailed())
            return;
        pull(*fetcher, name("public/one:1"), tokens ? anonymous : bob);
        pull(*fetcher, name("public/one@" + layer::digestOf(m_image.index)), bob);
        if (QTest::currentTestFailed())
            return;

        const auto tags = fetcher->tags(name("public/one"), bob, {});
        QVERIFY2(tags, said(tags).c_str());
        QVERIFY((*tags == std::vector<std::string>{"1", "2"}));

        // Another repository takes the blobs over.
        const auto layerDigest = layer::digestOf(m_image.layer);
        QVERIFY(!fetcher->hasBlob(name("private/two"), bob, layerDigest, {}).value());
        for (const auto* blob : {&m_image.layer, &m_image.config}) {
            const auto mounted = fetcher->mountBlob(name("private/two"), bob, layer::digestOf(*blob), "public/one", {});
            QVERIFY2(mounted, said(mounted).c_str());
            QVERIFY(*mounted);
        }
        QVERIFY(fetcher->hasBlob(name("private/two"), bob, layerDigest, {}).value());
        const auto stored = fetcher->pushManifest(name("private/two:x"), bob, kManifestType, m_image.manifest, {});
        QVERIFY2(stored, said(stored).c_str());
        const auto nothing = fetcher->mountBlob(name("private/two"), bob, layer::digestOf("nothing"), "public/one", {});
        QVERIFY2(nothing && !*nothing, said(nothing).c_str());

        refusals(*fetcher, registry.host(), bob, anonymous);
    }

    void checksLogins_data() { pushesAndPulls_data(); }
    void checksLogins()
    {
        QFETCH(bool, tokens);
        const Certificate certificate;
        const TokenServer tokenServer{certificate};
        const DockerRegistry registry{
            certificate,
            tokens ? "  token: {realm: '" + tokenServer.realm()
                    + "', service: lamella-registry, issuer: lamella-test, rootcertbundle: @CERTIFICATE@}\n"
                   : QByteArray("  htpasswd: {realm: basic, path: @PASSWORDS@}\n")};
        Access bob;
        bob.registry.certificates = certificate.pem().toStdString();
        bob.registry.credentials.user = "bob";
        bob.registry.credentials.password = "secret";
        const auto fetcher = start();
        const auto name = parseRegistry(registry.host()).value();
        const auto accepted = fetcher->checkLogin(name, bob, {});
        QVERIFY2(accepted, said(accepted).c_str());
        QVERIFY(*accepted);
        bob.registry.credentials.password = "wrong";
        const auto refused = fetcher->checkLogin(name, bob, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::RegistryDenied);
        QVERIFY2(refused.error().message.contains("does not accept the login"), refused.error().message.c_str());
    }

private:
    void push(Fetcher& fetcher, const Name& name, const Access& access)
    {
        for (const auto* blob : {&m_image.layer, &m_image.config}) {
            std::uint64_t told = 0;
            const auto source = fileOf(*blob);
            const auto pushed = fetcher.pushBlob(name, access, layer::digestOf(*blob), {blob->size()}, source.borrow(),
                                                 [&told](Bytes done) { told = done.value; }, {});
            QVERIFY2(pushed, said(pushed).c_str());
            QCOMPARE(told, blob->size());
        }
        auto byDigest = name;
        byDigest.tag.clear();
        byDigest.digest = layer::digestOf(m_image.manifest);
        auto second = name;
        second.tag = "2";
        for (const auto& [where, type, text] : {std::tuple{byDigest, kManifestType, m_image.manifest},
                                                {second, kManifestType, m_image.manifest},
                                                {name, kIndexType, m_image.index}}) {
            const auto stored = fetcher.pushManifest(where, access, type, text, {});
            QVERIFY2(stored, said(stored).c_str());
            QCOMPARE(*stored, layer::digestOf(text));
        }
    }

    void pull(Fetcher& fetcher, const Name& name, const Access& access)
    {
        const auto resolved = fetcher.resolve(name, access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QCOMPARE(resolved->indexes.front().bytes, m_image.index);
        QCOMPARE(resolved->manifest.bytes, m_image.manifest);
        QCOMPARE(resolved->config.bytes, m_image.config);
        const auto fetched = fetch(fetcher, name, access, layer::digestOf(m_image.layer), m_image.layer.size());
        QVERIFY2(fetched.result, said(fetched.result).c_str());
        QVERIFY(fetched.bytes == m_image.layer);
    }

    void refusals(Fetcher& fetcher, const std::string& host, const Access& bob, const Access& anonymous)
    {
        const auto name = [&host](const std::string& rest) { return parseName(host + '/' + rest).value(); };
        const auto unknown = fetcher.resolve(name("public/one:none"), bob, {}, {});
        QVERIFY2(said(unknown).starts_with("NotFound: " + host + "/public/one: "), said(unknown).c_str());
        const auto denied = fetcher.resolve(name("private/two:x"), anonymous, {}, {});
        QVERIFY2(said(denied).starts_with("RegistryDenied: " + host + "/private/two: "), said(denied).c_str());
        auto mallory = bob;
        mallory.registry.credentials.password = "guessed";
        const auto wrong = fetcher.resolve(name("private/two:x"), mallory, {}, {});
        QVERIFY2(said(wrong).starts_with("RegistryDenied: "), said(wrong).c_str());
        const auto other = fileOf(m_image.config);
        const auto changed = fetcher.pushBlob(name("private/two"), bob, layer::digestOf("other"),
                                              {m_image.config.size()}, other.borrow(), {}, {});
        QVERIFY2(said(changed).starts_with("DigestMismatch: "), said(changed).c_str());
        const auto shorter = fileOf(m_image.config);
        const auto tooShort = fetcher.pushBlob(name("private/two"), bob, layer::digestOf(m_image.config),
                                               {m_image.config.size() + 1}, shorter.borrow(), {}, {});
        QVERIFY2(said(tooShort).starts_with("DigestMismatch: "), said(tooShort).c_str());
    }

    const Image m_image{"amd64", noise(20 << 20)}; // several chunks
};

QTEST_GUILESS_MAIN(TstDockerRegistry)
#include "tst_docker_registry.moc"
