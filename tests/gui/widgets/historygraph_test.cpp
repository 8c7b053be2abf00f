// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/colors.h"
#include "gui/widgets/historygraph.h"
#include "tests/gui/widgets/schemes.h"

#include <QImage>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace lamella::widgets;

namespace {

constexpr quint64 kNow = 1'800'000'000'000'000;
constexpr quint64 kSecond = 1'000'000;

QImage paint(HistoryGraph& graph, qreal ratio)
{
    QImage image((QSizeF(graph.size()) * ratio).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    image.fill(graph.palette().color(QPalette::Window));
    graph.render(&image);
    return image;
}

bool isNear(QRgb pixel, const QColor& color, int tolerance = 60)
{
    return std::abs(qRed(pixel) - color.red()) + std::abs(qGreen(pixel) - color.green())
        + std::abs(qBlue(pixel) - color.blue())
        <= tolerance;
}

/// How many pixels of the device row through `y` (logical) have the colour.
int inRow(const QImage& image, qreal y, const QColor& color)
{
    const int row = static_cast<int>(y * image.devicePixelRatio());
    int count = 0;
    for (int x = 0; x < image.width(); ++x)
        count += isNear(image.pixel(x, row), color) ? 1 : 0;
    return count;
}

} // namespace

class HistoryGraphTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scale_data()
    {
        QTest::addColumn<double>("largest");
        QTest::addColumn<int>("unit");
        QTest::addColumn<double>("top");
        const int ratio = static_cast<int>(GraphUnit::Ratio);
        const int bytes = static_cast<int>(GraphUnit::Bytes);
        QTest::newRow("idle") << 0.0 << ratio << 0.01;
        QTest::newRow("half a CPU") << 0.5 << ratio << 0.6;
        QTest::newRow("one CPU") << 1.0 << ratio << 1.0;
        QTest::newRow("three CPUs") << 3.1 << ratio << 4.0;
        QTest::newRow("a limit of 64 MiB") << 64.0 * 1048576 << bytes << 64.0 * 1048576;
        QTest::newRow("a little more") << 65.0 * 1048576 << bytes << 96.0 * 1048576;
        QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN() << ratio << 0.01;
    }
    void scale()
    {
        QFETCH(double, largest);
        QFETCH(int, unit);
        QFETCH(double, top);
        const NiceScale nice = niceScale(largest, static_cast<GraphUnit>(unit), 4);
        QVERIFY2(std::abs(nice.top - top) < top * 1e-6, qPrintable(QString::number(nice.top)));
        QVERIFY(nice.step > 0 && nice.top / nice.step < 5.001);
    }

    void squeezingKeepsPeaksAndValleys()
    {
        QList<GraphPoint> points;
        for (quint64 i = 0; i < 1200; ++i)
            points.append({kNow - (1199 - i) * kSecond, i == 601 ? 9.0 : i == 602 ? 0.0 : 1.0});
        const QList<GraphRun> runs = squeeze(points, kNow - 1200 * kSecond, kNow, 100);
        QCOMPARE(runs.size(), 1);
        QVERIFY(runs[0].size() <= 400);
        double least = 1;
        double greatest = 1;
        double before = -1;
        for (const GraphVertex& vertex : runs[0]) {
            least = std::min(least, vertex.value);
            greatest = std::max(greatest, vertex.value);
            QVERIFY(vertex.x >= before);
            before = vertex.x;
        }
        QCOMPARE(least, 0.0);
        QCOMPARE(greatest, 9.0);
    }

    void gapsPartTheLine_data()
    {
        QTest::addColumn<bool>("marked");
        QTest::newRow("by time") << false;
        QTest::newRow("by a value that is none") << true;
    }
    void gapsPartTheLine()
    {
        QFETCH(bool, marked);
        QList<GraphPoint> points;
        for (quint64 i = 0; i < 60; ++i) {
            const bool inside = i < 20 || i >= 40;
            if (inside || (marked && i == 30))
                points.append({kNow - (59 - i) * kSecond, inside ? 0.5 : std::numeric_limits<double>::quiet_NaN()});
        }
        QCOMPARE(squeeze(points, kNow - 60 * kSecond, kNow, 600).size(), 2);

        HistoryGraph graph;
        graph.resize(600, 200);
        graph.setSpan(std::chrono::minutes(1));
        graph.setPoints(points, kNow);
        const QImage image = paint(graph, 1);
        const QColor line = accent(graph.palette());
        const auto lineAt = [&](int secondsAgo) {
            const QPointF at = graph.positionOf(kNow - static_cast<quint64>(secondsAgo) * kSecond, 0.5);
            bool found = false;
            for (int dy = -2; dy <= 2; ++dy)
                found = found || isNear(image.pixel(at.toPoint() + QPoint(0, dy)), line);
            return found;
        };
        QVERIFY(lineAt(50));
        QVERIFY(!lineAt(30));
        QVERIFY(lineAt(10));
        QVERIFY(graph.textAt(graph.positionOf(kNow - 30 * kSecond, 0).x()).isEmpty());
    }

    void limitIsADashedLineAtItsPlace_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<double>("ratio");
        for (const bool dark : {false, true})
            for (const double ratio : {1.0, 2.0})
                QTest::addRow("%s, %.0fx", dark ? "dark" : "light", ratio) << dark << ratio;
    }
    void limitIsADashedLineAtItsPlace()
    {
        QFETCH(bool, dark);
        QFETCH(double, ratio);
        useScheme(dark);
        HistoryGraph graph;
        graph.resize(600, 200);
        graph.setPoints({{kNow - kSecond, 0.1}, {kNow, 0.2}}, kNow);
        const QColor color = meaningColor(Meaning::Bad, graph.palette());
        const QImage without = paint(graph, ratio);
        graph.setLimit(0.5, QStringLiteral("limit 50 %"));
        const QImage with = paint(graph, ratio);
        const qreal y = graph.positionOf(kNow, 0.5).y();
        const double width = graph.plotRect().width() * ratio;
        QCOMPARE(inRow(without, y, color), 0);
        const int painted = inRow(with, y, color);
        // Dashes: more than half of the row, but not all of it.
        QVERIFY2(painted > width * 0.5 && painted < width * 0.8, qPrintable(QString::number(painted)));
        // The label says which limit, in the same colour, beside the line.
        int label = 0;
        for (int dy = 3; dy < 14; ++dy)
            label += inRow(with, y - dy, color);
        QVERIFY(label > 20);
    }

    void limitOutsideTheScaleIsOnlyNamed()
    {
        useScheme(false);
        HistoryGraph graph;
        graph.resize(600, 200);
        graph.setPoints({{kNow, 0.02}}, kNow);
        graph.setLimit(4.0, QStringLiteral("limit 400 %"));
        const qreal scaled = graph.positionOf(kNow, 0.02).y();
        graph.setScaledToLimit(false);
        QVERIFY(graph.positionOf(kNow, 0.02).y() < scaled - 50);
        const QImage image = paint(graph, 1);
        const QColor color = meaningColor(Meaning::Bad, graph.palette());
        for (int y = 0; y < image.height(); ++y)
            QVERIFY(inRow(image, y, color) < graph.plotRect().width() / 2);
    }

    void saysItsValueToAssistiveTools()
    {
        HistoryGraph graph;
        graph.setTitle(QStringLiteral("CPU"));
        graph.setPoints({{kNow - 2 * kSecond, 0.1}, {kNow - kSecond, 0.25}}, kNow);
        graph.setLimit(0.5, QStringLiteral("limit 50 %"));
        QCOMPARE(graph.accessibleName(), QStringLiteral("CPU"));
        QVERIFY2(graph.accessibleDescription().contains(QStringLiteral("25")),
                 qPrintable(graph.accessibleDescription()));
        QVERIFY(graph.accessibleDescription().contains(QStringLiteral("limit 50 %")));
        graph.setPoints({{kNow - 60 * kSecond, 0.25}}, kNow);
        QVERIFY(!graph.currentValue().has_value());
        QVERIFY(!graph.accessibleDescription().contains(QStringLiteral("25")));
    }

    void keysMoveTheCursor()
    {
        HistoryGraph graph;
        graph.resize(600, 200);
        graph.setSpan(std::chrono::minutes(1));
        QList<GraphPoint> points;
        for (quint64 i = 0; i < 60; ++i)
            points.append({kNow - (59 - i) * kSecond, static_cast<double>(i) / 100});
        graph.setPoints(points, kNow);
        graph.show();
        const QImage before = paint(graph, 1);
        for (int i = 0; i < 20; ++i)
            QTest::keyClick(&graph, Qt::Key_Left);
        QVERIFY2(graph.accessibleDescription().startsWith(QStringLiteral("39")),
                 qPrintable(graph.accessibleDescription()));
        QVERIFY(paint(graph, 1) != before);
        QTest::keyClick(&graph, Qt::Key_Escape);
        QCOMPARE(paint(graph, 1), before);
    }
};

QTEST_MAIN(HistoryGraphTest)
#include "historygraph_test.moc"
