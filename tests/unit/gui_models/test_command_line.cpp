// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/format/formats.h"
#include "gui/models/command_line.h"

#include <QTest>

using lamella::models::splitCommand;

/// The command field of the run dialog: words as a shell would split them.
class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splits_data();
    void splits();
    void refuses_data();
    void refuses();
    void splitsWhatIsShown();
};

void TestCommandLine::splits_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const char* line, const QStringList& words) {
        QTest::newRow(name) << QString::fromUtf8(line) << words;
    };
    const auto s = [](const char* text) { return QString::fromUtf8(text); };
    row("empty", "", {});
    row("blanks only", " \t ", {});
    row("words", "ls  -l /tmp ", {s("ls"), s("-l"), s("/tmp")});
    row("single quotes keep everything", R"(sh -c 'echo "$HOME" \n')", {s("sh"), s("-c"), s(R"(echo "$HOME" \n)")});
    row("double quotes keep blanks", R"(echo "a b")", {s("echo"), s("a b")});
    row("escapes in double quotes", R"(echo "a\"b\$c\\d\n")", {s("echo"), s(R"(a"b$c\d\n)")});
    row("a quote inside a word", R"(a'b c'd)", {s("ab cd")});
    row("an empty word", "printf ''", {s("printf"), s("")});
    row("an escaped blank", R"(a\ b)", {s("a b")});
    row("beyond ASCII", "echo \"Grüße 漢字\"", {s("echo"), s("Grüße 漢字")});
}

void TestCommandLine::splits()
{
    QFETCH(QString, line);
    QFETCH(QStringList, words);
    const auto split = splitCommand(line);
    QVERIFY(split.has_value());
    QCOMPARE(*split, words);
}

void TestCommandLine::refuses_data()
{
    QTest::addColumn<QString>("line");
    QTest::newRow("open single quote") << QStringLiteral("echo 'a");
    QTest::newRow("open double quote") << QStringLiteral("echo \"a");
    QTest::newRow("escaped closing quote") << QStringLiteral("echo \"a\\\"");
    QTest::newRow("backslash at the end") << QStringLiteral("echo a\\");
}

void TestCommandLine::refuses()
{
    QFETCH(QString, line);
    QVERIFY(!splitCommand(line).has_value());
}

void TestCommandLine::splitsWhatIsShown()
{
    const QStringList words{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("it's \"all\" $HOME\tthere\\"),
                            QString()};
    QCOMPARE(splitCommand(lamella::format::shellCommand(words)).value_or(QStringList()), words);
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "test_command_line.moc"
