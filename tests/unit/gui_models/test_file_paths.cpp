// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/files_reader.h"
#include "gui/models/file_paths.h"

#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// Paths in a container, and what the helper says of its files.
class TestFilePaths : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void modes_data();
    void modes();
    void paths_data();
    void paths();
    void links_data();
    void links();
    void partsOfPaths();
    void entries();
    void notBelieved_data();
    void notBelieved();
};

void TestFilePaths::modes_data()
{
    QTest::addColumn<quint32>("mode");
    QTest::addColumn<QString>("words");
    QTest::newRow("nothing") << 0u << u"---------"_s;
    QTest::newRow("file") << 0644u << u"rw-r--r--"_s;
    QTest::newRow("all") << 0777u << u"rwxrwxrwx"_s;
    QTest::newRow("set-uid") << 04755u << u"rwsr-xr-x"_s;
    QTest::newRow("set-uid alone") << 04644u << u"rwSr--r--"_s;
    QTest::newRow("set-gid") << 02755u << u"rwxr-sr-x"_s;
    QTest::newRow("sticky") << 01777u << u"rwxrwxrwt"_s;
    QTest::newRow("sticky alone") << 01776u << u"rwxrwxrwT"_s;
}

void TestFilePaths::modes()
{
    QFETCH(quint32, mode);
    QTEST(models::modeWords(mode), "words");
}

void TestFilePaths::paths_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("clean");
    QTest::newRow("root") << QByteArray("/") << QByteArray("/");
    QTest::newRow("empty") << QByteArray() << QByteArray("/");
    QTest::newRow("plain") << QByteArray("/a/b") << QByteArray("/a/b");
    QTest::newRow("relative") << QByteArray("a/b") << QByteArray("/a/b");
    QTest::newRow("slashes") << QByteArray("//a///b/") << QByteArray("/a/b");
    QTest::newRow("dots") << QByteArray("/a/./b/../c") << QByteArray("/a/c");
    QTest::newRow("above the root") << QByteArray("/../../a") << QByteArray("/a");
    QTest::newRow("bytes") << QByteArray("/\xff/..\xfe") << QByteArray("/\xff/..\xfe");
}

void TestFilePaths::paths()
{
    QFETCH(QByteArray, path);
    QTEST(models::cleanPath(path), "clean");
}

void TestFilePaths::links_data()
{
    QTest::addColumn<QByteArray>("link");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("leadsTo");
    QTest::newRow("beside") << QByteArray("/bin/sh") << QByteArray("busybox") << QByteArray("/bin/busybox");
    QTest::newRow("absolute") << QByteArray("/bin/sh") << QByteArray("/usr/bin/sh") << QByteArray("/usr/bin/sh");
    QTest::newRow("above") << QByteArray("/a/b/link") << QByteArray("../c") << QByteArray("/a/c");
    QTest::newRow("far above") << QByteArray("/link") << QByteArray("../../../etc") << QByteArray("/etc");
}

void TestFilePaths::links()
{
    QFETCH(QByteArray, link);
    QFETCH(QByteArray, target);
    QTEST(models::linkedPath(link, target), "leadsTo");
}

void TestFilePaths::partsOfPaths()
{
    QCOMPARE(models::childPath("/", "a"), "/a");
    QCOMPARE(models::childPath("/a", "b"), "/a/b");
    QCOMPARE(models::parentPath("/a/b"), "/a");
    QCOMPARE(models::parentPath("/a"), "/");
    QCOMPARE(models::parentPath("/"), "/");
    QCOMPARE(models::lastName("/a/b"), "b");
    QCOMPARE(models::lastName("/"), "");
}

void TestFilePaths::entries()
{
    const auto entries = client::parseFileEntries(
        R"({"name":"odd�","name_base64":"b2Rk/w==","type":"symlink","mode":511,"uid":5,"gid":6,"size":0,"mtime_usec":-1,)"
        R"("target":"x","change":"M"})"
        "\n"
        R"({"name":"d","type":"directory","mode":493,"uid":0,"gid":0,"size":0,"mtime_usec":7,"copied_up":true,"mounted":true,"layer":"sha256:1"})"
        "\n");
    QVERIFY(entries.has_value());
    QCOMPARE(entries->size(), 2u);
    const auto& link = entries->front();
    QCOMPARE(link.name, "odd\xff");
    QCOMPARE(link.type, client::FileType::Symlink);
    QCOMPARE(link.target, "x");
    QCOMPARE(link.mode, 0777u);
    QCOMPARE(link.uid, 5u);
    QCOMPARE(link.mtimeUsec, -1);
    QVERIFY(link.change == client::ChangeKind::Modified && !link.isCopiedUp);
    const auto& directory = entries->back();
    QVERIFY(directory.isCopiedUp && directory.isMounted && !directory.change);
    QCOMPARE(directory.layer, u"sha256:1"_s);
}

void TestFilePaths::notBelieved_data()
{
    QTest::addColumn<QByteArray>("line");
    for (const char* name : {"", ".", "..", "a/b", "/", "../x"})
        QTest::addRow("name %s", name) << QByteArray(R"({"type":"file","name":")") + name + "\"}";
    QTest::newRow("raw name") << QByteArray(R"({"type":"file","name":"a","name_base64":")")
            + QByteArray("../x").toBase64() + "\"}";
    QTest::newRow("zero byte") << QByteArray(R"({"type":"file","name":"a","name_base64":")")
            + QByteArray("a\0b", 3).toBase64() + "\"}";
    QTest::newRow("type") << QByteArray(R"({"type":"thing","name":"a"})");
    QTest::newRow("no JSON") << QByteArray("a");
}

void TestFilePaths::notBelieved()
{
    QFETCH(QByteArray, line);
    const auto entries = client::parseFileEntries(R"({"type":"file","name":"good"})"
                                                  "\n"
                                                  + line + '\n');
    QVERIFY(!entries.has_value());
    QCOMPARE(entries.error().kind, client::ErrorKind::Malformed);
}

QTEST_GUILESS_MAIN(TestFilePaths)
#include "test_file_paths.moc"
