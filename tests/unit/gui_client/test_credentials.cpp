// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/credentials.h"
#include "tests/support/fake_helper/fake_keyring.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace lamella;
using namespace lamella::client;
using namespace Qt::StringLiterals;

using Found = Outcome<std::optional<Login>>;
Q_DECLARE_METATYPE(Login)

/// Where logins come from, in which order, and what is made of files that somebody else wrote.
class TestCredentials : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void namesScopes_data();
    void namesScopes();
    void readsFiles_data();
    void readsFiles();
    void readsHelpers_data();
    void readsHelpers();
    void findsTheMostExact();
    void asksTheHelper();
    void keepsInTheKeyring();
    void saysThatThereIsNoKeyring();
    void listsWithoutSecrets();

private:
    std::optional<Login> find(const QString& repository);
    void write(const QString& name, const QByteArray& content, bool program = false);
    void make(const QStringList& files);

    std::unique_ptr<QTemporaryDir> m_directory;
    std::shared_ptr<test::FakeKeyring::Content> m_keyring;
    std::unique_ptr<Credentials> m_credentials;
};

void TestCredentials::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
    m_keyring = std::make_shared<test::FakeKeyring::Content>();
    make({m_directory->filePath(u"auth.json"_s), m_directory->filePath(u"config.json"_s)});
}

void TestCredentials::make(const QStringList& files)
{
    m_credentials = std::make_unique<Credentials>(std::make_unique<test::FakeKeyring>(m_keyring), files);
}

void TestCredentials::write(const QString& name, const QByteArray& content, bool program)
{
    QFile file(m_directory->filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
    if (program)
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

std::optional<Login> TestCredentials::find(const QString& repository)
{
    std::optional<Found> answer;
    m_credentials->find(repository).then(this, [&answer](const Found& found) { answer = found; });
    const bool came = QTest::qWaitFor([&answer] { return answer.has_value(); }, 30'000);
    return came && *answer ? **answer : std::nullopt;
}

void TestCredentials::namesScopes_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("scope");
    QTest::newRow("docker's own") << u"https://index.docker.io/v1/"_s << u"docker.io"_s;
    QTest::newRow("docker's other") << u"registry-1.docker.io"_s << u"docker.io"_s;
    QTest::newRow("plain") << u"quay.io"_s << u"quay.io"_s;
    QTest::newRow("a part") << u"quay.io/team/app"_s << u"quay.io/team/app"_s;
    QTest::newRow("port") << u"http://localhost:5000/v2/"_s << u"localhost:5000"_s;
    QTest::newRow("slashes") << u"https://quay.io///"_s << u"quay.io"_s;
    QTest::newRow("empty") << QString() << QString();
    QTest::newRow("blank") << u"my registry"_s << QString();
    QTest::newRow("line end") << u"quay.io\nX: y"_s << QString();
    QTest::newRow("up") << u"../../etc"_s << QString();
    QTest::newRow("up within") << u"quay.io/../x"_s << QString();
    QTest::newRow("another scheme") << u"file:///etc/passwd"_s << QString();
    QTest::newRow("user in it") << u"https://me@quay.io"_s << QString();
    QTest::newRow("long") << QString(600, u'a') << QString();
    QTest::newRow("an option") << u"--help"_s << QString();
}

void TestCredentials::namesScopes()
{
    QFETCH(QString, key);
    QTEST(credentialScope(key), "scope");
}

void TestCredentials::readsFiles_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<Login>("login"); // at quay.io
    const Login none;
    const auto auth = [](const QByteArray& text) {
        return QByteArray(R"({"auths":{"quay.io":{"auth":")") + text.toBase64() + R"("}}})";
    };
    QTest::newRow("user and password") << auth("me:secret") << Login{u"me"_s, u"secret"_s, {}};
    QTest::newRow("colons") << auth("me:a:b:c") << Login{u"me"_s, u"a:b:c"_s, {}};
    QTest::newRow("UTF-8") << auth("me:\xc3\xa4") << Login{u"me"_s, u"ä"_s, {}};
    QTest::newRow("padded") << auth(QByteArray("me:secret\0\0", 11)) << Login{u"me"_s, u"secret"_s, {}};
    QTest::newRow("token") << QByteArray(R"({"auths":{"quay.io":{"identitytoken":"T"}}})") << Login{{}, {}, u"T"_s};
    QTest::newRow("nothing") << QByteArray() << none;
    QTest::newRow("no JSON") << QByteArray("me:secret") << none;
    QTest::newRow("an array") << QByteArray("[1,2]") << none;
    QTest::newRow("auths is a text") << QByteArray(R"({"auths":"quay.io"})") << none;
    QTest::newRow("entry is null") << QByteArray(R"({"auths":{"quay.io":null}})") << none;
    QTest::newRow("auth is a number") << QByteArray(R"({"auths":{"quay.io":{"auth":7}}})") << none;
    QTest::newRow("no base64") << QByteArray(R"({"auths":{"quay.io":{"auth":"%%%"}}})") << none;
    QTest::newRow("no colon") << auth("me") << none;
    QTest::newRow("no user") << auth(":secret") << none;
    QTest::newRow("no password") << auth("me:") << none;
    QTest::newRow("line end in it") << auth("me:a\r\nX-Evil: 1") << none;
    QTest::newRow("zero within") << auth(QByteArray("me:a\0b", 6)) << none;
    QTest::newRow("deep") << QByteArray(100'000, '[') << none;
    QTest::newRow("big") << QByteArray(2 << 20, ' ') + auth("me:secret") << none;
    QTest::newRow("long secret") << auth("me:" + QByteArray(100'000, 'x')) << none;
    QTest::newRow("desktop's, without a secret") << QByteArray(R"({"auths":{"quay.io":{}},"credsStore":"x"})") << none;
}

void TestCredentials::readsFiles()
{
    QFETCH(QByteArray, content);
    const CredentialFile file = readCredentialFile(content);
    QTEST(file.logins.value(u"quay.io"_s), "login");
}

void TestCredentials::readsHelpers_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<bool>("used");
    QTest::newRow("usual") << QByteArray("secretservice") << true;
    QTest::newRow("with a path") << QByteArray("x/../../../bin/sh") << false;
    QTest::newRow("up") << QByteArray("..") << false;
    QTest::newRow("with a blank") << QByteArray("x -rf") << false;
    QTest::newRow("empty") << QByteArray("") << false;
    QTest::newRow("long") << QByteArray(200, 'x') << false;
}

void TestCredentials::readsHelpers()
{
    QFETCH(QByteArray, name);
    QFETCH(bool, used);
    const CredentialFile file
        = readCredentialFile(R"({"credsStore":")" + name + R"(","credHelpers":{"quay.io":")" + name + R"("}})");
    QCOMPARE(!file.store.isEmpty(), used);
    QCOMPARE(file.helpers.contains(u"quay.io"_s), used);
}

void TestCredentials::findsTheMostExact()
{
    write(u"auth.json"_s,
          R"({"auths":{"quay.io":{"auth":"YWxsOjE="},"quay.io/team":{"auth":"dGVhbToy"}}})"); // all:1, team:2
    write(u"config.json"_s, R"({"auths":{"https://index.docker.io/v1/":{"auth":"aHViOjM="}}})"); // hub:3
    QCOMPARE(find(u"quay.io/team/app"_s), (Login{u"team"_s, u"2"_s, {}}));
    QCOMPARE(find(u"quay.io/teams/app"_s), (Login{u"all"_s, u"1"_s, {}}));
    QCOMPARE(find(u"docker.io/library/debian"_s), (Login{u"hub"_s, u"3"_s, {}}));
    QCOMPARE(find(u"other.io/app"_s), std::nullopt);
    // What was given here counts more than what others wrote.
    m_credentials->keep(u"quay.io"_s, {u"mine"_s, u"4"_s, {}});
    QTRY_COMPARE(find(u"quay.io/team/app"_s), (Login{u"mine"_s, u"4"_s, {}}));
}

void TestCredentials::asksTheHelper()
{
    for (const char* answer : {"", "credentials not found", "[]", R"({"Username":"","Secret":"s"})",
                               R"({"Username":"me","Secret":""})", R"({"Username":"me","Secret":"a\nb"})"})
        QVERIFY2(!readHelperLogin(answer), answer);
    write(u"docker-credential-good"_s,
          "#!/bin/sh\nread -r server\n[ \"$1\" = get ] || exit 1\n"
          "printf '{\"ServerURL\":\"%s\",\"Username\":\"of-%s\",\"Secret\":\"s\"}' \"$server\" \"$server\"\n",
          true);
    write(u"docker-credential-bad"_s, "#!/bin/sh\necho 'credentials not found'\nexit 1\n", true);
    write(u"docker-credential-token"_s, "#!/bin/sh\necho '{\"Username\":\"<token>\",\"Secret\":\"T\"}'\n", true);
    write(u"config.json"_s,
          R"({"credsStore":"good","credHelpers":{"gcr.io":"bad","ghcr.io":"token","none.io":"missing"}})");
    const QByteArray path = qgetenv("PATH");
    const auto restore = qScopeGuard([&path] { qputenv("PATH", path); });
    qputenv("PATH", m_directory->path().toUtf8() + ':' + path);
    QCOMPARE(find(u"docker.io/library/debian"_s), (Login{u"of-https://index.docker.io/v1/"_s, u"s"_s, {}}));
    QCOMPARE(find(u"ghcr.io/app"_s), (Login{{}, {}, u"T"_s}));
    // One that has none, or is not there, leaves it to the next.
    QCOMPARE(find(u"gcr.io/app"_s), (Login{u"of-gcr.io"_s, u"s"_s, {}}));
    QCOMPARE(find(u"none.io/app"_s), (Login{u"of-none.io"_s, u"s"_s, {}}));
}

void TestCredentials::keepsInTheKeyring()
{
    std::optional<QString> problem;
    m_credentials->keep(u"quay.io"_s, {u"me"_s, u"secret"_s, {}}).then(this, [&problem](const Outcome<QString>& said) {
        problem = said.value_or(u"failed"_s);
    });
    QTRY_VERIFY(problem);
    QCOMPARE(*problem, QString());
    QVERIFY(m_keyring->secrets.contains(u"quay.io"_s));
    QCOMPARE(m_credentials->keptScopes(), QStringList{u"quay.io"_s});
    // The next time the program knows only the names.
    make({m_directory->filePath(u"none"_s)});
    QCOMPARE(find(u"quay.io/app"_s), std::nullopt);
    m_credentials->setKeptScopes({u"quay.io"_s, u"../../evil"_s});
    QCOMPARE(m_credentials->keptScopes(), QStringList{u"quay.io"_s});
    QCOMPARE(find(u"quay.io/app"_s), (Login{u"me"_s, u"secret"_s, {}}));
    m_credentials->forget(u"quay.io"_s);
    QTRY_VERIFY(m_credentials->keptScopes().isEmpty());
    QVERIFY(m_keyring->secrets.isEmpty());
    QCOMPARE(find(u"quay.io/app"_s), std::nullopt);
}

void TestCredentials::saysThatThereIsNoKeyring()
{
    m_keyring->isThere = false;
    std::optional<QString> problem;
    m_credentials->keep(u"quay.io"_s, {u"me"_s, u"secret"_s, {}}).then(this, [&problem](const Outcome<QString>& said) {
        problem = said.value_or(QString());
    });
    QTRY_VERIFY(problem);
    QCOMPARE(*problem, u"No keyring service is running."_s);
    QVERIFY(m_credentials->keptScopes().isEmpty());
    QCOMPARE(m_credentials->known().size(), 1);
    QCOMPARE(m_credentials->known().constFirst().source, LoginSource::Session);
    QCOMPARE(find(u"quay.io/app"_s), (Login{u"me"_s, u"secret"_s, {}}));
    m_credentials->forget(u"quay.io"_s);
    QCOMPARE(find(u"quay.io/app"_s), std::nullopt);
}

void TestCredentials::listsWithoutSecrets()
{
    write(u"docker-credential-listing"_s,
          "#!/bin/sh\necho '{\"https://index.docker.io/v1/\":\"hub\",\"../x\":\"evil\"}'\n", true);
    write(u"auth.json"_s, R"({"auths":{"quay.io":{"auth":"bWU6c2VjcmV0"}}})");
    write(u"config.json"_s, R"({"credsStore":"listing"})");
    const QByteArray path = qgetenv("PATH");
    const auto restore = qScopeGuard([&path] { qputenv("PATH", path); });
    qputenv("PATH", m_directory->path().toUtf8() + ':' + path);
    m_credentials->refresh();
    QTRY_COMPARE_WITH_TIMEOUT(m_credentials->known().size(), 2, 30'000);
    const KnownLogin hub = m_credentials->known().at(0);
    QCOMPARE(hub, (KnownLogin{u"docker.io"_s, u"hub"_s, LoginSource::Helper, u"docker-credential-listing"_s}));
    QCOMPARE(m_credentials->known().at(1).user, u"me"_s);
    QCOMPARE(m_credentials->known().at(1).source, LoginSource::File);
}

QTEST_GUILESS_MAIN(TestCredentials)
#include "test_credentials.moc"
