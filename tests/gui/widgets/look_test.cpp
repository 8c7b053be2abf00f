// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/banner.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/containerdelegate.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/keyvalue.h"
#include "gui/widgets/sparkline.h"
#include "gui/widgets/statebadge.h"
#include "tests/gui/widgets/schemes.h"

#include <QClipboard>
#include <QDir>
#include <QImage>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>
#include <QTreeView>

#include <limits>

using namespace lamella::format;
using namespace lamella::widgets;

namespace {

QStringList iconNames()
{
    QStringList names;
    for (const QString& file : QDir(QStringLiteral(":/lamella/icons/24")).entryList())
        names.append(file.chopped(4));
    return names;
}

/// The pixel that differs most from transparent.
double strongestAlpha(const QImage& image)
{
    int strongest = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            strongest = std::max(strongest, qAlpha(image.pixel(x, y)));
    return strongest / 255.0;
}

QColor colorOfLines(const QImage& image)
{
    QColor color;
    int strongest = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (qAlpha(image.pixel(x, y)) > strongest) {
                strongest = qAlpha(image.pixel(x, y));
                color = image.pixelColor(x, y);
            }
    color.setAlpha(255);
    return color;
}

} // namespace

class LookTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyIconIsThereInBothSizes()
    {
        const QStringList names = iconNames();
        QVERIFY(names.size() > 30);
        for (const QString& name : names)
            QVERIFY2(QFile::exists(QStringLiteral(":/lamella/icons/16/%1.svg").arg(name)), qPrintable(name));
        QVERIFY(!applicationIcon().pixmap(64, 64).isNull());
        QVERIFY(icon(u"no-such-icon").isNull());
    }

    void iconsFollowTheTextColour_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("side");
        QTest::addColumn<double>("ratio");
        for (const bool dark : {false, true})
            for (const int side : {16, 24})
                for (const double ratio : {1.0, 2.0})
                    QTest::addRow("%s %d px %.0fx", dark ? "dark" : "light", side, ratio) << dark << side << ratio;
    }
    void iconsFollowTheTextColour()
    {
        QFETCH(bool, dark);
        QFETCH(int, side);
        QFETCH(double, ratio);
        useScheme(dark);
        const QColor ground = QApplication::palette().color(QPalette::Window);
        for (const QString& name : iconNames()) {
            const QImage image = icon(name).pixmap(QSize(side, side), ratio).toImage();
            QCOMPARE(image.width(), static_cast<int>(side * ratio));
            QVERIFY2(strongestAlpha(image) > 0.7, qPrintable(name));
            QVERIFY2(contrast(colorOfLines(image), ground) >= 4.5, qPrintable(name));
        }
        const QImage off = icon(u"run").pixmap(QSize(side, side), ratio, QIcon::Disabled).toImage();
        QCOMPARE(colorOfLines(off), QApplication::palette().color(QPalette::Disabled, QPalette::WindowText).toRgb());
        // Many palettes have the usual colour there, half transparent.
        QPalette faint = QApplication::palette();
        faint.setColor(QPalette::Disabled, QPalette::WindowText, QColor(0, 0, 0, 100));
        QApplication::setPalette(faint);
        QVERIFY(strongestAlpha(icon(u"run").pixmap(QSize(side, side), ratio, QIcon::Disabled).toImage()) < 0.5);
    }

    void coloursCanBeRead_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void coloursCanBeRead()
    {
        QFETCH(bool, dark);
        useScheme(dark);
        const QPalette palette = QApplication::palette();
        QCOMPARE(isDark(palette), dark);
        for (const auto role : {QPalette::Base, QPalette::Window}) {
            const QColor ground = palette.color(role);
            for (const Meaning meaning : {Meaning::Good, Meaning::Attention, Meaning::Bad, Meaning::Note})
                QVERIFY(contrast(meaningColor(meaning, palette), ground) >= 4.5);
            QVERIFY(contrast(secondaryText(palette), ground) >= 4.5);
        }
        QVERIFY(contrast(accent(palette), palette.color(QPalette::Base)) >= 3.0);
    }

    void groundsBearTheirText()
    {
        // The usual style's own selection is too pale for its white text.
        QVERIFY(contrast(Qt::white, QColor(0x30, 0x8c, 0xc6)) < 4.5);
        for (const QColor& wanted : {QColor(0x30, 0x8c, 0xc6), QColor(Qt::yellow), QColor(Qt::gray), QColor(Qt::white)})
            for (const QColor& text : {QColor(Qt::white), QColor(Qt::black)})
                QVERIFY(contrast(text, groundFor(text, wanted)) >= 4.5);
        QCOMPARE(groundFor(Qt::white, QColor(0x1f, 0x4f, 0x90)), QColor(0x1f, 0x4f, 0x90));
    }

    void statesAreToldByShapeAlone()
    {
        // Without colour: each two of the four shapes differ in many pixels.
        QList<QImage> shapes;
        for (const ShownState state :
             {ShownState::Running, ShownState::Paused, ShownState::Stopped, ShownState::Failed}) {
            QImage image(12, 12, QImage::Format_ARGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            paintStateShape(&painter, QRectF(0, 0, 12, 12), state, Qt::black);
            painter.end();
            shapes.append(image);
        }
        for (qsizetype a = 0; a < shapes.size(); ++a)
            for (qsizetype b = a + 1; b < shapes.size(); ++b) {
                int different = 0;
                for (int y = 0; y < 12; ++y)
                    for (int x = 0; x < 12; ++x)
                        different
                            += std::abs(qGray(shapes[a].pixel(x, y)) - qGray(shapes[b].pixel(x, y))) > 100 ? 1 : 0;
                QVERIFY(different >= 12);
            }
        StateBadge badge;
        badge.setState(ShownState::Running, QStringLiteral("2 h"));
        QCOMPARE(badge.accessibleName(), QStringLiteral("running 2 h"));
    }

    void rowsOfContainersAre48High_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::newRow("1x") << 1.0;
        QTest::newRow("2x") << 2.0;
    }
    void rowsOfContainersAre48High()
    {
        QFETCH(double, ratio);
        useScheme(false);
        QStandardItemModel model;
        model.appendRow(new QStandardItem(QStringLiteral("ignored")));
        QListView view;
        view.setModel(&model);
        ContainerRow row;
        row.state = ShownState::Failed;
        row.name = QStringLiteral("web");
        row.image = QStringLiteral("starter:latest");
        view.setItemDelegate(new ContainerDelegate([&row](const QModelIndex&) { return row; }, &view));
        view.resize(400, 100);
        QCOMPARE(view.sizeHintForRow(0), kListRowHeight);
        const auto paint = [&] {
            QImage image((QSizeF(view.viewport()->size()) * ratio).toSize(), QImage::Format_RGB32);
            image.setDevicePixelRatio(ratio);
            view.viewport()->render(&image);
            return image;
        };
        const QImage before = paint();
        // The shape in the state's colour at the left.
        const QColor bad = meaningColor(Meaning::Bad, view.palette());
        bool found = false;
        for (int y = 0; y < static_cast<int>(48 * ratio); ++y)
            for (int x = 0; x < static_cast<int>(24 * ratio); ++x)
                found = found || before.pixelColor(x, y) == bad;
        QVERIFY(found);
        // Figures are at the right, and only where there are some.
        const QRect right(static_cast<int>(250 * ratio), 0, static_cast<int>(140 * ratio),
                          static_cast<int>(24 * ratio));
        row.hasFigures = true;
        row.memoryBytes = 1 << 28;
        QVERIFY(paint().copy(right) != before.copy(right));
    }

    void sparklineShowsGaps()
    {
        QImage image(60, 20, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        QList<double> values(60, 1.0);
        for (int i = 20; i < 40; ++i)
            values[i] = std::numeric_limits<double>::quiet_NaN();
        paintSparkline(&painter, QRectF(0, 0, 60, 20), values, 60, 2, Qt::blue);
        painter.end();
        const auto inked = [&](int x) {
            for (int y = 0; y < 20; ++y)
                if (image.pixelColor(x, y) != QColor(Qt::white))
                    return true;
            return false;
        };
        QVERIFY(inked(10));
        QVERIFY(!inked(30));
        QVERIFY(inked(50));
    }

    void untrustedTextStaysPlain()
    {
        const QString text = QStringLiteral("<img src='file:///etc/passwd'><b>x</b>");
        KeyValue values;
        values.addRow(QStringLiteral("command"), QStringLiteral("Command"));
        values.setValue(QStringLiteral("command"), text);
        const auto* label = values.findChild<QLabel*>(QStringLiteral("command"));
        QVERIFY(label);
        QCOMPARE(label->textFormat(), Qt::PlainText);
        Banner banner;
        banner.showMessage(Banner::Kind::Error, text);
        QCOMPARE(banner.findChild<QLabel*>(QStringLiteral("bannerText"))->textFormat(), Qt::PlainText);
    }

    void bannersAndEmptyPagesOfferAStep()
    {
        Banner banner;
        banner.showMessage(Banner::Kind::Error, QStringLiteral("It went wrong."), QStringLiteral("Try Again"));
        QSignalSpy again(&banner, &Banner::actionTriggered);
        QTest::mouseClick(banner.findChild<QPushButton*>(QStringLiteral("bannerAction")), Qt::LeftButton);
        QCOMPARE(again.count(), 1);
        banner.dismiss();
        QVERIFY(banner.isHidden());

        EmptyState empty;
        empty.setContent(u"container", QStringLiteral("Nothing here."), QStringLiteral("Begin"));
        QSignalSpy begun(&empty, &EmptyState::actionTriggered);
        QTest::mouseClick(empty.findChild<QPushButton*>(QStringLiteral("emptyStateAction")), Qt::LeftButton);
        QCOMPARE(begun.count(), 1);
    }

    void rowsAreCopiedAsTheyStand()
    {
        QStandardItemModel model;
        auto* parent = new QStandardItem(QStringLiteral("parent"));
        model.appendRow({parent, new QStandardItem(QStringLiteral("1"))});
        parent->appendRow({new QStandardItem(QStringLiteral("child")), new QStandardItem(QStringLiteral("2"))});
        QTreeView view;
        view.setModel(&model);
        view.setSelectionMode(QAbstractItemView::ExtendedSelection);
        view.expandAll();
        view.selectAll();
        QCOMPARE(selectedRowsText(&view), QStringLiteral("parent\t1\nchild\t2"));
    }
};

QTEST_MAIN(LookTest)
#include "look_test.moc"
