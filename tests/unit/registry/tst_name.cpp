// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/name.h"

#include <QTest>

using namespace lamella;
using namespace lamella::registry;

namespace {
const QByteArray kHex(64, 'a');
} // namespace

/// Names of images: what people write and what it means.
class TstName : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void meaning_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("canonical");
        QTest::addColumn<QByteArray>("host");
        const auto row = [](const QByteArray& text, const QByteArray& canonical, const QByteArray& host) {
            QTest::newRow(text.constData()) << text << canonical << host;
        };
        const QByteArray hub = "registry-1.docker.io";
        row("debian", "docker.io/library/debian:latest", hub);
        row("debian:13", "docker.io/library/debian:13", hub);
        row("user/app", "docker.io/user/app:latest", hub);
        row("docker.io/debian", "docker.io/library/debian:latest", hub);
        row("index.docker.io/debian", "docker.io/library/debian:latest", hub);
        row("docker.io/library/debian:latest", "docker.io/library/debian:latest", hub);
        row("a/b/c:t", "docker.io/a/b/c:t", hub);
        row("quay.io/x/y@sha256:" + kHex, "quay.io/x/y@sha256:" + kHex, "quay.io");
        row("quay.io/x/y:1@sha256:" + kHex, "quay.io/x/y:1@sha256:" + kHex, "quay.io");
        row("localhost/a", "localhost/a:latest", "localhost");
        row("localhost:5000/a:b", "localhost:5000/a:b", "localhost:5000");
        row("host:5000/a", "host:5000/a:latest", "host:5000");
        row("Host/a", "Host/a:latest", "Host");
        row("[::1]:5000/a:b", "[::1]:5000/a:b", "[::1]:5000");
        row("127.0.0.1:80/a__b/c--d.e", "127.0.0.1:80/a__b/c--d.e:latest", "127.0.0.1:80");
        row("foo:5000", "docker.io/library/foo:5000", hub);
        row("a:_T-1.x", "docker.io/library/a:_T-1.x", hub);
    }
    void meaning()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, canonical);
        QFETCH(QByteArray, host);
        const auto name = parseName(text.toStdString());
        QVERIFY2(name, name ? "" : name.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(canonicalText(*name)), canonical);
        QCOMPARE(QByteArray::fromStdString(endpointHost(name->registry)), host);
        const auto again = parseName(canonicalText(*name));
        QVERIFY(again && *again == *name);
    }

    void registries_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("registry"); // empty: refused
        const auto row = [](const QByteArray& text, const QByteArray& registry) {
            QTest::newRow(text.constData()) << text << registry;
        };
        row("docker.io", "docker.io");
        row("index.docker.io", "docker.io");
        row("quay.io/team", "quay.io");
        row("localhost", "localhost");
        row("localhost:5000", "localhost:5000");
        row("[::1]:5000/a", "[::1]:5000");
        row("", "");
        row("/", "");
        row("debian", "");
        row("team/app", "");
        row("a b.de", "");
        row("user@host.de", "");
        row("https://quay.io", "");
        row("host.de:99999", "");
    }
    void registries()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, registry);
        const auto name = parseRegistry(text.toStdString());
        QCOMPARE(name ? QByteArray::fromStdString(name->registry) : QByteArray(), registry);
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"",
                                 ":",
                                 "@",
                                 "/",
                                 "a:",
                                 "a@",
                                 ":tag",
                                 "a/",
                                 "/a",
                                 "a//b",
                                 "A",
                                 "library/A",
                                 "a b",
                                 "a\nb",
                                 "../a",
                                 "a/../b",
                                 "./a",
                                 ".a",
                                 "a.",
                                 "a..b",
                                 "a___b",
                                 "-a",
                                 "a-",
                                 "a_.b",
                                 "a:.t",
                                 "a:-t",
                                 "a:t/",
                                 "a:t:u",
                                 "http://h/a",
                                 "https://h.de/a",
                                 "h.de:0/a",
                                 "h.de:65536/a",
                                 "h.de:x/a",
                                 "h.de:/a",
                                 ".h/a",
                                 "h./a",
                                 "-h.de/a",
                                 "h..de/a",
                                 "[::1/a",
                                 "[x]/a",
                                 "[]:1/a",
                                 "a@md5",
                                 "a@sha256:",
                                 "a@sha256:xyz",
                                 "user:pw@h.de/a",
                                 "h.de/a?b",
                                 "h.de/a#b",
                                 "h.de/a%2fb",
                                 "h.de\\a/b",
                                 "\xc3\xa4",
                                 "a:\xc3\xa4"})
            QTest::newRow(*text ? text : "(empty)") << QByteArray(text);
        QTest::newRow("NUL") << QByteArray("a\0b", 3);
        QTest::newRow("an ID") << kHex;
        QTest::newRow("digest in capitals") << "a@sha256:" + QByteArray(64, 'A');
        QTest::newRow("digest too long") << "a@sha256:" + kHex + "a";
        QTest::newRow("two digests") << "a@sha256:" + kHex + "@sha256:" + kHex;
        QTest::newRow("tag too long") << "a:" + QByteArray(129, 't');
        QTest::newRow("repository too long") << QByteArray(256, 'a');
        QTest::newRow("part of a host too long") << QByteArray(64, 'h') + ".de/a";
        QTest::newRow("endless") << QByteArray(1 << 20, 'a');
    }
    void refused()
    {
        QFETCH(QByteArray, text);
        const auto name = parseName(text.toStdString());
        QVERIFY(!name);
        QVERIFY(name.error().kind == ErrorKind::InvalidArgument);
        QVERIFY(name.error().message.size() < 2000);
    }

    void otherDigestsAreUnsupported()
    {
        const auto name = parseName("a@sha512:" + std::string(128, 'a'));
        QVERIFY(!name);
        QVERIFY(name.error().kind == ErrorKind::Unsupported);
    }

    void loopback_data()
    {
        QTest::addColumn<bool>("is");
        for (const char* host : {"localhost", "localhost:5000", "127.0.0.1", "127.255.1.2:80", "[::1]", "[::1]:5000"})
            QTest::newRow(host) << true;
        for (const char* host : {"localhost.example.com", "127.0.0.1.example.com", "127.0.0", "128.0.0.1", "[::2]",
                                 "1.127.0.1", "127.0.0.256", "", "example.com", "0.0.0.0"})
            QTest::newRow(*host ? host : "(empty)") << false;
    }
    void loopback()
    {
        QFETCH(bool, is);
        const QByteArray host = QTest::currentDataTag();
        QCOMPARE(isLoopback(host == "(empty)" ? std::string{} : host.toStdString()), is);
    }
};

QTEST_GUILESS_MAIN(TstName)
#include "tst_name.moc"
