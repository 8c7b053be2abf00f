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
    void aConfigHasLimits_data();
    void aConfigHasLimits();
    void aLongCommandIsCut_data();
    void aLongCommandIsCut();
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
    row("starter", "docker.io/library/starter:latest");
    row("starter:1", "docker.io/library/starter:1");
    row("team/app", "docker.io/team/app:latest");
    row("docker.io/starter:1", "docker.io/library/starter:1");
    row("index.docker.io/starter:1", "docker.io/library/starter:1");
    row("docker.io/team/app:1", "docker.io/team/app:1");
    row("registry.local", "docker.io/library/registry.local:latest");
    row("localhost/app", "localhost/app:latest");
    row("quay.io/app:1", "quay.io/app:1");
    row("Team/app:1", "Team/app:1");
    row("host:5000/a/b", "host:5000/a/b:latest");
    row("host:5000/a/b:1", "host:5000/a/b:1");
    row("[::1]:5000/x", "[::1]:5000/x:latest");
    row("a:1-", "docker.io/library/a:1-");
    row("a@sha256:00", "docker.io/library/a@sha256:00");
    row("a:1@sha256:00", "docker.io/library/a:1@sha256:00");
    for (const char* bad : {"", "a b", "a\n", "/a", "a/", "a:", "a@", "-a", "a\x01", "\xc3\xa4", "[::1]", "[::1", "[x/y]/a", "[]",
                            "[::1]x", "[::1]x/y", "[::1]:5000", "[::1]:x/y"})
        row(bad, "");
    const QString longest(1024 - int(sizeof "docker.io/library/:latest" - 1), QLatin1Char('a'));
    QTest::newRow("as long as can be") << longest << QStringLiteral("docker.io/library/%1:latest").arg(longest);
    QTest::newRow("too long when it is whole") << longest + QLatin1Char('a') << QString();
}

void DocumentsTest::references()
{
    QFETCH(QString, name);
    QFETCH(QString, kept);
    QCOMPARE(isReference(name.toStdString()), !kept.isEmpty());
    if (kept.isEmpty())
        return;
    QCOMPARE(QString::fromStdString(canonicalReference(name.toStdString())), kept);
    QCOMPARE(QString::fromStdString(canonicalReference(kept.toStdString())), kept);
    QVERIFY(isReference(kept.toStdString()));
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

void DocumentsTest::aConfigHasLimits_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("length"); // of each
    QTest::addColumn<bool>("taken");
    for (const char* key : {"Env", "Cmd", "Entrypoint"}) {
        const auto row = [key](const char* name, int count, int length, bool taken) {
            QTest::addRow("%s, %s", key, name) << QString::fromLatin1(key) << count << length << taken;
        };
        row("as many as may be", 1024, 3, true);
        row("too many", 1025, 3, false);
        row("one as long as may be", 1, (128 << 10) - 1, true);
        row("one too long", 1, 128 << 10, false);
        row("too long together", 1024, 128, false);
    }
}

void DocumentsTest::aConfigHasLimits()
{
    QFETCH(QString, key);
    QFETCH(int, count);
    QFETCH(int, length);
    QFETCH(bool, taken);
    const QStringList texts(count, QLatin1Char('"') + QString(length, QLatin1Char('a')) + QLatin1Char('"'));
    const auto text = QStringLiteral(R"({"config":{"%1":[%2]}})").arg(key, texts.join(QLatin1Char(',')));
    const auto config = parseConfig(text.toStdString());
    QCOMPARE(config.has_value(), taken);
    if (!taken) {
        QCOMPARE(config.error().kind, ErrorKind::LimitExceeded);
        QVERIFY(config.error().message.contains(key.toStdString()));
    }
}

void DocumentsTest::aLongCommandIsCut_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("kept");
    const auto a = [](int count) { return QString(count, QLatin1Char('a')); };
    const QString euro(QChar(0x20ac)); // three bytes
    QTest::newRow("short") << a(1024) << a(1024);
    QTest::newRow("long") << a(200'000) << a(1024);
    QTest::newRow("a character that fits") << a(1021) + euro + a(9) << a(1021) + euro;
    QTest::newRow("a character across the end") << a(1022) + euro + a(9) << a(1022);
    QTest::newRow("a character by one byte too long") << a(1023) + euro << a(1023);
}

void DocumentsTest::aLongCommandIsCut()
{
    QFETCH(QString, command);
    QFETCH(QString, kept);
    const auto config
        = parseConfig(QStringLiteral(R"({"rootfs":{"diff_ids":["sha256:%1"]},"history":[{"created_by":"%2"}]})")
                          .arg(QString(64, QLatin1Char('0')), command)
                          .toStdString());
    QVERIFY(config);
    QCOMPARE(QString::fromStdString(config->history[0].createdBy), kept);
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
