// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/documents.h"
#include "engine/image/reference.h"

#include <QTest>

using namespace lamella;
using namespace lamella::image;

class DocumentsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void times_data();
    void times();
    void references_data();
    void references();
    void aConfigIsReadWhole();
    void wrongTypesAreNamed_data();
    void wrongTypesAreNamed();
};

void DocumentsTest::times_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("microseconds");
    const auto row = [](const char* text, qint64 value) { QTest::newRow(text) << QString::fromLatin1(text) << value; };
    row("1970-01-01T00:00:01Z", 1'000'000);
    row("2026-01-01T00:00:00Z", 1'767'225'600'000'000);
    row("2024-02-29T12:00:00.123456789Z", 1'709'208'000'123'456);
    row("2024-02-29T12:00:00.5+01:00", 1'709'204'400'500'000);
    row("2024-02-29T12:00:00-00:30", 1'709'209'800'000'000);
    for (const char* bad :
         {"", "now", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01", "2024-01-01T25:00:00Z",
          "2024-01-01T00:00:00", "2024-01-01T00:00:00Zx", "+024-01-01T00:00:00Z"})
        row(bad, 0);
}

void DocumentsTest::times()
{
    QFETCH(QString, text);
    QFETCH(qint64, microseconds);
    QCOMPARE(parseTime(text.toStdString()).count(), microseconds);
}

void DocumentsTest::references_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("kept"); // empty: no reference
    const auto row = [](const char* name, const char* kept) {
        QTest::newRow(name) << QString::fromLatin1(name) << QString::fromLatin1(kept);
    };
    row("starter", "starter:latest");
    row("starter:1", "starter:1");
    row("host:5000/a/b", "host:5000/a/b:latest");
    row("host:5000/a/b:1", "host:5000/a/b:1");
    row("a@sha256:00", "a@sha256:00");
    for (const char* bad : {"", "a b", "a\n", "/a", "a/", "-a", "a\x01", "\xc3\xa4"})
        row(bad, "");
    QTest::newRow("too long") << QString(256, QLatin1Char('a')) << QString();
}

void DocumentsTest::references()
{
    QFETCH(QString, name);
    QFETCH(QString, kept);
    QCOMPARE(isReference(name.toStdString()), !kept.isEmpty());
    if (!kept.isEmpty())
        QCOMPARE(QString::fromStdString(withTag(name.toStdString())), kept);
}

void DocumentsTest::aConfigIsReadWhole()
{
    const auto digest = "sha256:" + std::string(64, '0');
    const auto config = parseConfig(
        R"({"created":"1970-01-01T00:00:01Z","architecture":"amd64","os":"linux","config":{"Cmd":["a","b"],
        "Entrypoint":["e"],"Env":["A=1"],"WorkingDir":"/w","User":"u:g","StopSignal":"SIGINT","Labels":{"x":"y"}},
        "rootfs":{"type":"layers","diff_ids":[")"
        + digest + R"(",")" + digest + R"("]},
        "history":[{"created_by":"one"},{"created_by":"ENV","empty_layer":true},{"created_by":"two"}]})");
    QVERIFY(config);
    QCOMPARE(config->cmd, (std::vector<std::string>{"a", "b"}));
    QCOMPARE(config->entrypoint, std::vector<std::string>{"e"});
    QCOMPARE(config->env, std::vector<std::string>{"A=1"});
    QCOMPARE(config->workingDir, "/w");
    QCOMPARE(config->user, "u:g");
    QCOMPARE(config->stopSignal, "SIGINT");
    QCOMPARE(config->history.size(), 2u);
    QCOMPARE(config->history[1].createdBy, "two");
}

void DocumentsTest::wrongTypesAreNamed_data()
{
    QTest::addColumn<QString>("config");
    for (const char* text :
         {R"({"created":1})", R"({"config":[]})", R"({"config":{"Cmd":"a"}})", R"({"config":{"Env":[1]}})",
          R"({"rootfs":{"diff_ids":{}}})", R"({"history":[1]})", R"({"config":{"User":"a\u0000b"}})", "[]", "1", "{",
          R"({"history":[{"empty_layer":"yes"}]})"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void DocumentsTest::wrongTypesAreNamed()
{
    QFETCH(QString, config);
    const auto result = parseConfig(config.toStdString());
    QVERIFY(!result);
    QCOMPARE(result.error().kind, ErrorKind::InvalidArgument);
}

QTEST_GUILESS_MAIN(DocumentsTest)
#include "tst_documents.moc"
