// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/registry_settings.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace lamella;
using namespace lamella::client;
using namespace Qt::StringLiterals;

/// What is remembered of registries, and which certificates are made of it and of what others have put down.
class TestRegistrySettings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void remembers();
    void restores_data();
    void restores();
    void namesRegistries_data();
    void namesRegistries();
    void readsMirrors_data();
    void readsMirrors();
    void mergesCertificates();
    void keepsToTheLimit();
    void saysWhatCannotBeRead_data();
    void saysWhatCannotBeRead();

private:
    QString write(const QString& name, const QByteArray& content);

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<RegistrySettings> m_settings;
};

namespace {

/// PEM in form; what it says is nobody's business here.
QByteArray certificate(const QByteArray& content)
{
    return "-----BEGIN CERTIFICATE-----\n" + content.toBase64() + "\n-----END CERTIFICATE-----\n";
}

QString text(const QByteArray& pem)
{
    return QString::fromLatin1(pem);
}

} // namespace

void TestRegistrySettings::init()
{
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
        qunsetenv(name);
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
    m_settings = std::make_unique<RegistrySettings>(
        QStringList{m_directory->filePath(u"first"_s), m_directory->filePath(u"second"_s)});
}

QString TestRegistrySettings::write(const QString& name, const QByteArray& content)
{
    QFile file(m_directory->filePath(name));
    if (!QDir().mkpath(QFileInfo(file).path()) || !file.open(QIODevice::WriteOnly)
        || file.write(content) != content.size())
        return {};
    return file.fileName();
}

void TestRegistrySettings::remembers()
{
    const QSignalSpy changed(m_settings.get(), &RegistrySettings::changed);
    const RegistrySetting setting{true, {}, {u"https://mirror:5000/hub"_s}};
    m_settings->set(u"quay.io"_s, setting);
    m_settings->set(u"quay.io"_s, setting);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(m_settings->registries(), QStringList{u"quay.io"_s});
    QVERIFY(m_settings->of(u"quay.io/team/app"_s) == setting);
    QVERIFY(m_settings->of(u"quay.io:5000/team/app"_s).isUsual());
    const auto options = m_settings->options(u"quay.io/team/app"_s);
    QVERIFY(options);
    QVERIFY(options->plainHttp);
    QCOMPARE(options->mirrors, setting.mirrors);
    QVERIFY(!m_settings->options(u"docker.io/library/debian"_s)->plainHttp);
    // One that says nothing is not kept, and neither is what is no registry.
    m_settings->set(u"quay.io"_s, {});
    m_settings->set(u"../x"_s, setting);
    QVERIFY(m_settings->registries().isEmpty());
}

void TestRegistrySettings::restores_data()
{
    QTest::addColumn<QString>("saved");
    QTest::addColumn<QStringList>("registries");
    QTest::newRow("nothing") << QString() << QStringList();
    QTest::newRow("no JSON") << u"hello"_s << QStringList();
    QTest::newRow("a list") << u"[1,2]"_s << QStringList();
    QTest::newRow("a path") << uR"({"../../etc":{"plain_http":true},"a/b":{"plain_http":true}})"_s << QStringList();
    QTest::newRow("another kind") << uR"({"quay.io":{"plain_http":"yes","mirrors":[1]},"h:1":{"plain_http":true}})"_s
                                  << QStringList{u"h:1"_s};
    QTest::newRow("an address") << uR"({"[::1]:5000":{"plain_http":true}})"_s << QStringList{u"[::1]:5000"_s};
    QTest::newRow("no mirror") << uR"({"quay.io":{"mirrors":["ftp://x"]}})"_s << QStringList();
}

void TestRegistrySettings::restores()
{
    QFETCH(QString, saved);
    QFETCH(QStringList, registries);
    m_settings->set(u"before.example"_s, {true, {}, {}});
    m_settings->restore(saved);
    QCOMPARE(m_settings->registries(), registries);
    const RegistrySetting all{true, u"/a path/ca.pem"_s, {u"https://one"_s, u"http://two:1/x"_s}};
    m_settings->set(u"host:5000"_s, all);
    RegistrySettings others({u"/none"_s});
    others.restore(m_settings->saved());
    QCOMPARE(others.registries(), m_settings->registries());
    QVERIFY(others.of(u"host:5000"_s) == all);
}

void TestRegistrySettings::namesRegistries_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("registry");
    QTest::newRow("host") << u" quay.io "_s << u"quay.io"_s;
    QTest::newRow("port") << u"host:5000"_s << u"host:5000"_s;
    QTest::newRow("Docker's") << u"https://index.docker.io/v1/"_s << u"docker.io"_s;
    QTest::newRow("address") << u"[fe80::1]:5000"_s << u"[fe80::1]:5000"_s;
    QTest::newRow("a part of one") << u"quay.io/team"_s << QString();
    QTest::newRow("empty") << QString() << QString();
    QTest::newRow("up") << u".."_s << QString();
    QTest::newRow("two") << u"a b"_s << QString();
}

void TestRegistrySettings::namesRegistries()
{
    QFETCH(QString, typed);
    QTEST(registryFrom(typed), "registry");
}

void TestRegistrySettings::readsMirrors_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QStringList>("mirrors");
    QTest::addColumn<QString>("wrong"); // what the sentence has in it
    QTest::newRow("none") << u"  "_s << QStringList() << QString();
    QTest::newRow("blanks and commas") << u"https://a, https://b:5000/x\thttp://c/"_s
                                       << QStringList{u"https://a"_s, u"https://b:5000/x"_s, u"http://c"_s}
                                       << QString();
    QTest::newRow("twice") << u"https://a https://a/"_s << QStringList{u"https://a"_s} << QString();
    QTest::newRow("address") << u"http://[::1]:5000/a/b"_s << QStringList{u"http://[::1]:5000/a/b"_s} << QString();
    QTest::newRow("no scheme") << u"https://a mirror.example"_s << QStringList() << u"“mirror.example” is no address"_s;
    QTest::newRow("another scheme") << u"ftp://a"_s << QStringList() << u"“ftp://a” is no address"_s;
    QTest::newRow("a login") << u"https://me:secret@a"_s << QStringList() << u"is no address"_s;
    QTest::newRow("a query") << u"https://a?b"_s << QStringList() << u"is no address"_s;
    QTest::newRow("upper case") << u"https://a/B"_s << QStringList() << u"is no address"_s;
    QString many;
    for (int i = 0; i < 9; ++i)
        many += u"https://m%1 "_s.arg(i);
    QTest::newRow("too many") << many << QStringList() << u"8 mirrors"_s;
}

void TestRegistrySettings::readsMirrors()
{
    QFETCH(QString, typed);
    QFETCH(QString, wrong);
    const auto mirrors = mirrorsFrom(typed);
    QCOMPARE(mirrors.has_value(), wrong.isEmpty());
    if (mirrors)
        QTEST(*mirrors, "mirrors");
    else
        QVERIFY2(mirrors.error().contains(wrong), qPrintable(mirrors.error()));
}

void TestRegistrySettings::mergesCertificates()
{
    const QByteArray own = certificate("own");
    const QByteArray one = certificate("one");
    const QByteArray two = certificate("two");
    const QString file = write(u"own.pem"_s, "a remark\n" + own + "-----BEGIN PRIVATE KEY-----\nkey\n" + one);
    write(u"first/host:5000/b.crt"_s, two);
    write(u"first/host:5000/a.crt"_s, one);
    write(u"first/host:5000/client.cert"_s, certificate("client"));
    write(u"first/host:5000/client.key"_s, "-----BEGIN PRIVATE KEY-----\nkey\n");
    write(u"second/host:5000/broken.crt"_s, "hello");
    write(u"second/host:5000/three.crt"_s, certificate("three"));
    write(u"second/host/other.crt"_s, certificate("other"));
    QVERIFY(::mkfifo(QFile::encodeName(m_directory->filePath(u"second/host:5000/pipe.crt"_s)).constData(), 0600) == 0);
    m_settings->set(u"host:5000"_s, {false, file, {}});
    const auto options = m_settings->options(u"host:5000/app"_s);
    QVERIFY(options);
    // Each once, and nothing but certificates.
    QCOMPARE(options->caCertificates, text(own + one + two + certificate("three")));
    QCOMPARE(m_settings->certificateDirectories(u"host:5000"_s).size(), 2);
    QCOMPARE(m_settings->options(u"host"_s)->caCertificates, text(certificate("other")));
    QVERIFY(m_settings->options(u"docker.io/library/debian"_s)->caCertificates.isEmpty());
}

void TestRegistrySettings::keepsToTheLimit()
{
    const QByteArray large = certificate(QByteArray(30'000, 'x'));
    const QByteArray small = certificate("small");
    write(u"first/quay.io/1.crt"_s, large);
    write(u"first/quay.io/2.crt"_s, certificate(QByteArray(30'000, 'y')));
    write(u"second/quay.io/3.crt"_s, small);
    // What does not fit is left out.
    QCOMPARE(m_settings->options(u"quay.io"_s)->caCertificates, text(large + small));
}

void TestRegistrySettings::saysWhatCannotBeRead_data()
{
    QTest::addColumn<QByteArray>("content"); // none: no such file
    QTest::addColumn<QString>("said");
    QTest::newRow("none") << QByteArray() << u"cannot be read"_s;
    QTest::newRow("no certificates") << QByteArray("hello") << u"is no file with certificates"_s;
    QTest::newRow("cut off") << QByteArray("-----BEGIN CERTIFICATE-----\nAA==\n") << u"is no file with certificates"_s;
    QTest::newRow("too many") << certificate(QByteArray(60'000, 'x')) << u"more certificates than"_s;
}

void TestRegistrySettings::saysWhatCannotBeRead()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, said);
    const QString path = content.isEmpty() ? m_directory->filePath(u"none.pem"_s) : write(u"ca.pem"_s, content);
    m_settings->set(u"quay.io"_s, {false, path, {}});
    const auto options = m_settings->options(u"quay.io"_s);
    QVERIFY(!options);
    QVERIFY2(options.error().contains(said) && options.error().contains(path), qPrintable(options.error()));
}

QTEST_GUILESS_MAIN(TestRegistrySettings)
#include "test_registry_settings.moc"
