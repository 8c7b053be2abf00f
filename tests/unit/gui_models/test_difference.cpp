// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/difference.h"
#include "gui/models/difference_lines.h"
#include "gui/models/difference_search.h"
#include "gui/models/line_pairs.h"

#include <QTest>

using namespace lamella::models;

namespace {

/// "=a|a", "~a|b", "+|b", "-a|", "/a|b": a row's kind and both sides.
QStringList written(const Difference& difference)
{
    QStringList rows;
    for (const DifferenceRow& row : difference.rows) {
        const QString kind(QStringLiteral("=+-~/")[static_cast<int>(row.kind)]);
        const QString left = row.left < 0 ? QString() : difference.left[row.left].text;
        const QString right = row.right < 0 ? QString() : difference.right[row.right].text;
        rows.append(kind + left + u'|' + right);
    }
    return rows;
}

QString numbered(int count, int changed = -1)
{
    QString text;
    for (int i = 0; i < count; ++i)
        text += QStringLiteral("line number %1%2\n").arg(i).arg(i == changed ? QStringLiteral(" new") : QString());
    return text;
}

/// "r3" a row, "f10" a fold of ten, "<3" and ">3" one side.
QString shown(const DifferenceLines& lines)
{
    QStringList words;
    for (int i = 0; i < lines.count(); ++i) {
        const ShownLine& line = lines.at(i);
        if (line.folded > 0)
            words.append(QStringLiteral("f%1").arg(line.folded));
        else
            words.append((line.only ? *line.only == Side::Left ? u'<' : u'>' : u'r') + QString::number(line.row));
    }
    return words.join(u' ');
}

std::shared_ptr<const Difference> shared(Difference difference)
{
    return std::make_shared<const Difference>(std::move(difference));
}

} // namespace

/// Two texts line by line, and which of the lines are shown.
class TestDifference : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rows_data();
    void rows();
    void findsText();
    void namesWhatDiffersInALine_data();
    void namesWhatDiffersInALine();
    void splitsLines_data();
    void splitsLines();
    void refusesWhatIsTooLong_data();
    void refusesWhatIsTooLong();
    void takesWhatIsJustShortEnough();
    void everyLineIsInOneRow();
    void folds();
    void showsOneColumn();
    void foldsNothingWhereNothingChanged();
};

void TestDifference::rows_data()
{
    QTest::addColumn<QString>("left");
    QTest::addColumn<QString>("right");
    QTest::addColumn<QStringList>("rows");
    QTest::addColumn<int>("added");
    QTest::addColumn<int>("removed");
    const auto row
        = [](const char* name, const char* left, const char* right, const char* rows, int added, int removed) {
              QTest::newRow(name) << QString::fromUtf8(left) << QString::fromUtf8(right)
                                  << QString::fromUtf8(rows).split(u' ', Qt::SkipEmptyParts) << added << removed;
          };
    row("both empty", "", "", "", 0, 0);
    row("identical", "a\nb\n", "a\nb\n", "=a|a =b|b", 0, 0);
    row("from nothing", "", "a\nb\n", "+|a +|b", 2, 0);
    row("to nothing", "a\nb\n", "", "-a| -b|", 0, 2);
    row("added first", "b\n", "a\nb\n", "+|a =b|b", 1, 0);
    row("added last", "a\n", "a\nb\n", "=a|a +|b", 1, 0);
    row("added between", "a\nc\n", "a\nb\nc\n", "=a|a +|b =c|c", 1, 0);
    row("removed", "a\nb\nc\n", "a\nc\n", "=a|a -b| =c|c", 0, 1);
    row("edited", "port=80\n", "port=81\n", "~port=80|port=81", 1, 1);
    row("another line altogether", "aaaa\n", "zzzz\n", "/aaaa|zzzz", 1, 1);
    row("edited below an added one", "port=80\nz\n", "host=localhost\nport=81\nz\n",
        "+|host=localhost ~port=80|port=81 =z|z", 2, 1);
    row("replaced by more", "qqqq\n", "aaaa\nbbbb\n", "/qqqq|aaaa +|bbbb", 2, 1);
    row("replaced by fewer", "aaaa\nbbbb\n", "qqqq\n", "/aaaa|qqqq -bbbb|", 1, 2);
    row("the newline at the end went", "a\nb\n", "a\nb", "=a|a ~b|b", 1, 1);
    row("the newline at the end came", "a\nb", "a\nb\n", "=a|a ~b|b", 1, 1);
    row("neither ends with one", "a\nb", "a\nb", "=a|a =b|b", 0, 0);
    row("added behind no newline", "a", "a\nb", "~a|a +|b", 2, 1);
    row("line ends became CR LF", "a\nb\n", "a\r\nb\r\n", "~a|a ~b|b", 2, 2);
    row("both have CR LF", "a\r\nb\r\n", "a\r\nc\r\n", "=a|a /b|c", 1, 1);
    row("empty lines", "\n\na\n", "\na\n", "=| -| =a|a", 0, 1);
    row("beyond ASCII", "grüße\n", "grüßt\n", "~grüße|grüßt", 1, 1);
}

void TestDifference::rows()
{
    QFETCH(QString, left);
    QFETCH(QString, right);
    const Difference result = difference(left, right);
    QVERIFY2(result.notCompared.isEmpty(), qPrintable(result.notCompared));
    QTEST(written(result), "rows");
    QTEST(result.added, "added");
    QTEST(result.removed, "removed");
}

void TestDifference::namesWhatDiffersInALine_data()
{
    QTest::addColumn<QString>("left");
    QTest::addColumn<QString>("right");
    QTest::addColumn<QString>("leftPart");
    QTest::addColumn<QString>("rightPart");
    const auto row = [](const char* name, const char16_t* left, const char16_t* right, const char16_t* leftPart,
                        const char16_t* rightPart) {
        QTest::newRow(name) << QString::fromUtf16(left) << QString::fromUtf16(right) << QString::fromUtf16(leftPart)
                            << QString::fromUtf16(rightPart);
    };
    row("in the middle", u"port = 80;", u"port = 8080;", u"", u"80");
    row("a word", u"user root", u"user www", u"root", u"www");
    row("at the beginning", u"# off", u"off", u"# ", u"");
    row("at the end", u"a", u"ab", u"", u"b");
    row("nothing", u"same", u"same", u"", u"");
    row("repeated letters", u"aa", u"aaa", u"", u"a");
    row("surrogates that begin alike", u"x\U0001F600", u"x\U0001F601", u"\U0001F600", u"\U0001F601");
    row("surrogates that end alike", u"\U0001F600x", u"\U0001FA00x", u"\U0001F600", u"\U0001FA00");
}

void TestDifference::namesWhatDiffersInALine()
{
    QFETCH(QString, left);
    QFETCH(QString, right);
    const auto [leftPart, rightPart] = differingParts(left, right);
    QTEST(left.mid(leftPart.from, leftPart.length), "leftPart");
    QTEST(right.mid(rightPart.from, rightPart.length), "rightPart");
}

void TestDifference::splitsLines_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("lines");
    QTest::newRow("empty") << QString() << QString();
    QTest::newRow("one") << QStringLiteral("a\n") << QStringLiteral("a$");
    QTest::newRow("one without an end") << QStringLiteral("a") << QStringLiteral("a");
    QTest::newRow("only an end") << QStringLiteral("\n") << QStringLiteral("$");
    QTest::newRow("CR LF") << QStringLiteral("a\r\n\r\nb\n") << QStringLiteral("a^$^$b$");
    QTest::newRow("a return within") << QStringLiteral("a\rb\n") << QStringLiteral("a\rb$");
    QTest::newRow("a return last") << QStringLiteral("a\r") << QStringLiteral("a\r");
}

void TestDifference::splitsLines()
{
    QFETCH(QString, text);
    QString lines;
    for (const TextLine& line : splitLines(text))
        lines += line.text
            + (line.end == LineEnd::None          ? QString()
                   : line.end == LineEnd::Newline ? QStringLiteral("$")
                                                  : QStringLiteral("^$"));
    QTEST(lines, "lines");
}

void TestDifference::refusesWhatIsTooLong_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("word");
    QTest::newRow("bytes") << QString(QStringLiteral("0123456789abcde\n")).repeated(140'000) << QStringLiteral("2 MB");
    QTest::newRow("lines") << QString(50'001, u'\n') << QStringLiteral("lines");
    QTest::newRow("characters") << QString(10'001, u'a') << QStringLiteral("characters");
}

void TestDifference::refusesWhatIsTooLong()
{
    QFETCH(QString, text);
    QFETCH(QString, word);
    for (const Difference& result : {difference(text, {}), difference(QStringLiteral("a\n"), text)}) {
        QVERIFY2(result.notCompared.contains(word), qPrintable(result.notCompared));
        QCOMPARE(result.rows.size(), std::max(result.left.size(), result.right.size()));
        QVERIFY(result.changes().empty());
    }
}

void TestDifference::takesWhatIsJustShortEnough()
{
    const Difference result = difference(QString(50'000, u'\n'), numbered(50'000));
    QVERIFY(result.notCompared.isEmpty());
    QCOMPARE(result.added, 50'000);
    QCOMPARE(result.removed, 50'000);
}

/// Whatever the texts are, no line is lost and none comes twice.
void TestDifference::everyLineIsInOneRow()
{
    for (int seed = 0; seed < 60; ++seed) {
        QString texts[2];
        for (QString& text : texts)
            for (int i = 0; i < seed; ++i)
                text += QStringLiteral("word %1 of a line\n").arg((i * 7 + seed * (&text - texts) * i) % 11);
        const Difference result = difference(texts[0], texts[1]);
        int left = 0;
        int right = 0;
        for (const DifferenceRow& row : result.rows) {
            if (row.left >= 0)
                QCOMPARE(row.left, left++);
            if (row.right >= 0)
                QCOMPARE(row.right, right++);
            if (row.kind == RowKind::Same)
                QCOMPARE(result.left[row.left].text, result.right[row.right].text);
        }
        QCOMPARE(left, static_cast<int>(result.left.size()));
        QCOMPARE(right, static_cast<int>(result.right.size()));
    }
}

void TestDifference::folds()
{
    DifferenceLines lines;
    lines.setDifference(shared(difference(numbered(30), numbered(30, 12))));
    QCOMPARE(shown(lines), QStringLiteral("f9 r9 r10 r11 r12 r13 r14 r15 f14"));
    QCOMPARE(lines.changes(), std::vector<int>{4});
    lines.unfold(0);
    QCOMPARE(lines.at(0), (ShownLine{.row = 0}));
    QCOMPARE(lines.changes(), std::vector<int>{12});
    QVERIFY(lines.hasFolds());
    lines.setWhole(true);
    QVERIFY(!lines.hasFolds());
    QCOMPARE(lines.count(), 30);
    lines.setWhole(false);
    QCOMPARE(shown(lines), QStringLiteral("f9 r9 r10 r11 r12 r13 r14 r15 f14"));
    // One line less is shown instead of a fold.
    lines.setDifference(shared(difference(numbered(8), numbered(8, 4))));
    QCOMPARE(shown(lines), QStringLiteral("r0 r1 r2 r3 r4 r5 r6 r7"));
}

void TestDifference::showsOneColumn()
{
    DifferenceLines lines;
    lines.setDifference(
        shared(difference(QStringLiteral("a\nport=80\nmode=1\nz\n"), QStringLiteral("a\nport=81\nmode=2\nnew\nz\n"))));
    QCOMPARE(shown(lines), QStringLiteral("r0 r1 r2 r3 r4"));
    lines.setOneColumn(true);
    QCOMPARE(shown(lines), QStringLiteral("r0 <1 <2 >1 >2 >3 r4"));
    QCOMPARE(lines.changes(), std::vector<int>{1});
    QCOMPARE(lines.textLine(1, Side::Left), 1);
    QCOMPARE(lines.textLine(1, Side::Right), -1);
    QCOMPARE(lines.textLine(6, Side::Right), 4);
}

void TestDifference::foldsNothingWhereNothingChanged()
{
    DifferenceLines lines;
    QCOMPARE(lines.count(), 0);
    lines.setDifference(shared(difference(numbered(100), numbered(100))));
    QCOMPARE(lines.count(), 100);
    QVERIFY(lines.changes().empty());
    lines.setDifference(shared(alone(numbered(20), Side::Right)));
    QCOMPARE(lines.count(), 20);
    QCOMPARE(lines.textLine(3, Side::Left), -1);
    QCOMPARE(lines.textLine(3, Side::Right), 3);
}

void TestDifference::findsText()
{
    const Difference texts = difference(QStringLiteral("same aA\nold a\n"), QStringLiteral("same aA\nnew aa a\n"));
    std::vector<TextHit> expected{{0, Side::Right, {1, 1}}, {0, Side::Right, {5, 1}}, {0, Side::Right, {6, 1}},
                                  {1, Side::Left, {4, 1}},  {1, Side::Right, {4, 1}}, {1, Side::Right, {5, 1}},
                                  {1, Side::Right, {7, 1}}};
    QVERIFY(findInDifference(texts, QStringLiteral("A")) == expected);
    expected = {{0, Side::Right, {5, 2}}, {1, Side::Right, {4, 2}}};
    QVERIFY(findInDifference(texts, QStringLiteral("aa")) == expected);
    QVERIFY(findInDifference(texts, QString()).empty());
    expected = {{0, Side::Left, {0, 3}}};
    QVERIFY(findInDifference(alone(QStringLiteral("one\n"), Side::Left), QStringLiteral("one")) == expected);
    QCOMPARE(findInDifference(alone(QString(100'000, u'x'), Side::Right), QStringLiteral("x")).size(), kMostHits);
}

QTEST_APPLESS_MAIN(TestDifference)
#include "test_difference.moc"
