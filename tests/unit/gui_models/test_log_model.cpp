// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/log_model.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace lamella::client;
using namespace lamella::models;

/// Lines of the log as they are shown.
class TestLogModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void parses_data();
    void parses();
    void joinsPartialLines();
    void putsEarlierLinesBefore();
    void isBounded();
    void showsNoEscapes_data();
    void showsNoEscapes();
};

void TestLogModel::parses_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<qint64>("timeUsec");
    QTest::addColumn<bool>("isError");
    QTest::addColumn<bool>("isPartial");
    QTest::addColumn<QString>("text");
    QTest::newRow("output") << QByteArray("1970-01-01T00:00:01.250000789Z stdout F hello  there") << qint64(1'250'000)
                            << false << false << QStringLiteral("hello  there");
    QTest::newRow("error, partial") << QByteArray("1970-01-01T00:00:02Z stderr P oh") << qint64(2'000'000) << true
                                    << true << QStringLiteral("oh");
    QTest::newRow("empty text") << QByteArray("1970-01-01T00:00:02Z stdout F ") << qint64(2'000'000) << false << false
                                << QString();
    QTest::newRow("no log line") << QByteArray("something else entirely") << qint64(0) << false << false
                                 << QStringLiteral("something else entirely");
    QTest::newRow("a stream that is none") << QByteArray("1970-01-01T00:00:02Z stdin F x") << qint64(0) << false
                                           << false << QStringLiteral("1970-01-01T00:00:02Z stdin F x");
}

void TestLogModel::parses()
{
    QFETCH(QByteArray, line);
    QFETCH(qint64, timeUsec);
    QFETCH(bool, isError);
    QFETCH(bool, isPartial);
    QFETCH(QString, text);
    QCOMPARE(parseLogLine(line), (LogLine{timeUsec, isError, isPartial, text}));
}

void TestLogModel::joinsPartialLines()
{
    LogModel model;
    QAbstractItemModelTester tester(&model);
    const auto line = [](bool error, bool partial, const char* text) {
        return LogLine{1, error, partial, QString::fromUtf8(text)};
    };
    model.append({line(false, true, "one, "), line(false, true, "two, ")});
    model.append({line(false, false, "three"), line(true, true, "a"), line(false, false, "b")});
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.index(0).data().toString(), QStringLiteral("one, two, three"));
    // The two streams are not mixed into one line.
    QCOMPARE(model.index(1).data().toString(), QStringLiteral("a"));
    QCOMPARE(model.index(2).data().toString(), QStringLiteral("b"));
}

void TestLogModel::putsEarlierLinesBefore()
{
    LogModel model;
    QAbstractItemModelTester tester(&model);
    const auto line
        = [](bool partial, const char* text) { return LogLine{1, false, partial, QString::fromUtf8(text)}; };
    model.append({line(false, "three"), line(false, "four")});
    // The end of the piece is the beginning of the line that was there first.
    model.prepend({line(true, "o"), line(false, "ne"), line(false, "two"), line(true, "twenty-")});
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts << model.index(row).data().toString();
    QCOMPARE(texts,
             (QStringList{QStringLiteral("one"), QStringLiteral("two"), QStringLiteral("twenty-three"),
                          QStringLiteral("four")}));
    // What was asked for stays when new lines come.
    model.append({LogModel::kMostLines - 2, line(false, "new")});
    QCOMPARE(model.rowCount(), LogModel::kMostLines + 2);
    QCOMPARE(model.index(0).data().toString(), QStringLiteral("one"));
}

void TestLogModel::isBounded()
{
    LogModel model;
    std::vector<LogLine> lines(LogModel::kMostLines - 1, LogLine{1, false, false, QStringLiteral("old")});
    model.append(lines);
    model.append({3, LogLine{2, false, false, QStringLiteral("new")}});
    QCOMPARE(model.rowCount(), LogModel::kMostLines);
    QCOMPARE(model.index(model.rowCount() - 1).data().toString(), QStringLiteral("new"));
    QCOMPARE(model.index(0).data().toString(), QStringLiteral("old"));
}

void TestLogModel::showsNoEscapes_data()
{
    QTest::addColumn<QString>("raw");
    QTest::addColumn<QString>("shown");
    QTest::newRow("colour") << QStringLiteral("\x1b[1;31mred\x1b[0m text") << QStringLiteral("red text");
    QTest::newRow("title") << QStringLiteral("\x1b]0;title\x07 after") << QStringLiteral(" after");
    QTest::newRow("title, other end") << QStringLiteral("\x1b]0;title\x1b\\after") << QStringLiteral("after");
    QTest::newRow("cut short") << QStringLiteral("text\x1b[3") << QStringLiteral("text");
    QTest::newRow("lone escape") << QStringLiteral("text\x1b") << QStringLiteral("text");
    QTest::newRow("carriage return, tab") << QStringLiteral("a\tb\r") << QStringLiteral("a\tb");
}

void TestLogModel::showsNoEscapes()
{
    QFETCH(QString, raw);
    QFETCH(QString, shown);
    QCOMPARE(withoutEscapes(raw), shown);
}

QTEST_GUILESS_MAIN(TestLogModel)
#include "test_log_model.moc"
