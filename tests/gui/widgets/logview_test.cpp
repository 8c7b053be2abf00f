// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/log_model.h"
#include "gui/pages/logsearch.h"
#include "gui/pages/logview.h"
#include "gui/widgets/colors.h"
#include "tests/gui/widgets/schemes.h"

#include <QImage>
#include <QLabel>
#include <QScrollBar>
#include <QTest>
#include <QTextBlock>

using lamella::client::LogLine;
using lamella::models::LogModel;
using lamella::pages::LogSearch;
using lamella::pages::LogView;

namespace {

LogLine line(const QString& text, bool error = false, bool partial = false)
{
    return {1'800'000'000'000'000, error, partial, text};
}

std::vector<LogLine> lines(int count)
{
    std::vector<LogLine> result;
    for (int i = 0; i < count; ++i)
        result.push_back(line(QStringLiteral("line %1").arg(i)));
    return result;
}

} // namespace

class LogViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { useScheme(false); }

    void oneLineIsOneBlock_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");
        QTest::newRow("plain") << QStringLiteral("hello") << QStringLiteral("hello");
        QTest::newRow("empty") << QString() << QString();
        QTest::newRow("colours") << QStringLiteral("\x1b[31mred\x1b[0m") << QStringLiteral("red");
        QTest::newRow("a title") << QStringLiteral("\x1b]0;title\x07text") << QStringLiteral("text");
        QTest::newRow("an unfinished sequence") << QStringLiteral("text\x1b[3") << QStringLiteral("text");
        QTest::newRow("a paragraph separator") << QStringLiteral("a\u2029b") << QStringLiteral("a\ufffdb");
        QTest::newRow("a line separator") << QStringLiteral("a\u2028b") << QStringLiteral("a\ufffdb");
        QTest::newRow("a frame's beginning")
            << (QStringLiteral("a") + QChar(0xfdd0) + QStringLiteral("b")) << QStringLiteral("a\ufffdb");
        QTest::newRow("markup") << QStringLiteral("<b>bold</b>") << QStringLiteral("<b>bold</b>");
    }
    void oneLineIsOneBlock()
    {
        QFETCH(QString, text);
        QFETCH(QString, shown);
        LogModel model;
        LogView view(&model);
        model.append({line(QStringLiteral("before")), line(text), line(QStringLiteral("after"))});
        QCOMPARE(view.document()->blockCount(), 3);
        QCOMPARE(view.document()->findBlockByNumber(1).text(), shown);
        QCOMPARE(view.document()->findBlockByNumber(2).text(), QStringLiteral("after"));
    }

    void partialLinesGrow()
    {
        LogModel model;
        LogView view(&model);
        model.append({line(QStringLiteral("one ")), line(QStringLiteral("par"), false, true)});
        model.append({line(QStringLiteral("tial"))});
        QCOMPARE(view.toPlainText(), QStringLiteral("one \npartial"));
    }

    void followsUntilSomeoneLooksBack()
    {
        LogModel model;
        LogView view(&model);
        view.resize(400, 200);
        view.show();
        model.append(lines(200));
        QTRY_VERIFY(view.verticalScrollBar()->maximum() > 100);
        QCOMPARE(view.verticalScrollBar()->value(), view.verticalScrollBar()->maximum());
        view.verticalScrollBar()->setValue(50);
        QVERIFY(!view.isFollowing());
        model.append(lines(50));
        QCOMPARE(view.verticalScrollBar()->value(), 50);
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
        QVERIFY(view.isFollowing());
        model.append(lines(50));
        QCOMPARE(view.verticalScrollBar()->value(), view.verticalScrollBar()->maximum());
    }

    void oldLinesGoTogetherWithTheirBlocks()
    {
        LogModel model;
        LogView view(&model);
        model.append(lines(LogModel::kMostLines));
        model.append({line(QStringLiteral("the newest"))});
        QCOMPARE(view.document()->blockCount(), LogModel::kMostLines);
        QCOMPARE(view.document()->firstBlock().text(), QStringLiteral("line 1"));
        QCOMPARE(view.document()->lastBlock().text(), QStringLiteral("the newest"));
        model.clear();
        QCOMPARE(view.toPlainText(), QString());
        model.append({line(QStringLiteral("again"))});
        QCOMPARE(view.toPlainText(), QStringLiteral("again"));
    }

    void errorsAreMarkedInTheMargin()
    {
        LogModel model;
        LogView view(&model);
        view.resize(400, 100);
        view.show();
        model.append({line(QStringLiteral("out")), line(QStringLiteral("err"), true), line(QStringLiteral("out"))});
        const QColor mark = lamella::widgets::meaningColor(lamella::widgets::Meaning::Bad, view.palette());
        const QImage image = view.grab().toImage();
        QList<int> rows;
        for (int y = 0; y < image.height(); ++y)
            if (image.pixelColor(4, y) == mark)
                rows.append(y);
        QVERIFY(rows.size() > 5);
        QVERIFY(rows.last() - rows.first() < 2 * rows.size());
        const int narrow = view.marginWidth();
        view.setTimesShown(true);
        QVERIFY(view.marginWidth() > narrow + 50);
    }

    void searchGoesRoundFromTheNewest()
    {
        LogModel model;
        LogView view(&model);
        QLabel count;
        LogSearch search(&view, &count);
        model.append(lines(30));
        search.setText(QStringLiteral("line 1"));
        QCOMPARE(search.matchCount(), 11);
        QCOMPARE(count.text(), QStringLiteral("11 of 11"));
        search.next();
        QCOMPARE(count.text(), QStringLiteral("1 of 11"));
        search.previous();
        QCOMPARE(count.text(), QStringLiteral("11 of 11"));
        QVERIFY(!view.extraSelections().isEmpty());
        search.setText(QStringLiteral("nowhere"));
        QCOMPARE(count.text(), QStringLiteral("not found"));
        QVERIFY(view.extraSelections().isEmpty());
        search.setText({});
        QCOMPARE(count.text(), QString());
    }
};

QTEST_MAIN(LogViewTest)
#include "logview_test.moc"
