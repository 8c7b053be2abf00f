// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/appearance.h"
#include "gui/app/container_details.h"
#include "gui/app/containers_section.h"
#include "gui/widgets/colors.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QSettings>
#include <QTabBar>
#include <QTableView>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// What the window is like as a whole: what it remembers, how it calls its controls, that it can be read.
class TestWindow : public test::WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void remembersItsSettings();
    void namesItsControls();
    void paletteIsReadable_data();
    void paletteIsReadable();
};

void TestWindow::remembersItsSettings()
{
    const QString file = QDir::temp().filePath(u"lamella-test-%1.ini"_s.arg(QCoreApplication::applicationPid()));
    {
        QSettings settings(file, QSettings::IniFormat);
        // Within the offscreen platform's screen of 800 x 600.
        m_window->resize(711, 466);
        m_window->showPage(u"stats"_s);
        m_window->save(settings);
    }
    QSettings settings(file, QSettings::IniFormat);
    app::MainWindow other(m_client.get());
    other.restore(settings);
    QCOMPARE(other.size(), QSize(711, 466));
    QCOMPARE(other.containers()->details()->currentTab(), u"stats"_s);
    QFile::remove(file);
}

void TestWindow::namesItsControls()
{
    QStringList nameless;
    const auto controls = m_window->findChildren<QAbstractButton*>();
    for (const QAbstractButton* control : controls) {
        const bool isQtsOwn = control->objectName().startsWith(u"qt_") || !control->parent()
            || QLatin1StringView(control->metaObject()->className()).startsWith(u"QLineEditIconButton"_s)
            || control->parent()->inherits("QTabBar") || control->parent()->inherits("QTableView");
        if (!isQtsOwn && control->objectName().isEmpty())
            nameless.append(control->text() + u" in "_s + control->parent()->objectName());
        if (!isQtsOwn && control->isVisibleTo(m_window.get()) && control->text().isEmpty()
            && control->accessibleName().isEmpty() && control->toolTip().isEmpty())
            nameless.append(u"silent: "_s + control->objectName());
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u'\n')));
}

void TestWindow::paletteIsReadable_data()
{
    QTest::addColumn<QPalette>("palette");
    QPalette light(QColor(0xf0, 0xf0, 0xf0));
    light.setColor(QPalette::PlaceholderText, QColor(0, 0, 0, 128));
    light.setColor(QPalette::Highlight, QColor(0x30, 0x8c, 0xc6));
    light.setColor(QPalette::HighlightedText, Qt::white);
    QTest::newRow("light") << light;
    QPalette dark(QColor(0x32, 0x32, 0x32));
    dark.setColor(QPalette::PlaceholderText, QColor(255, 255, 255, 80));
    QTest::newRow("dark") << dark;
}

void TestWindow::paletteIsReadable()
{
    QFETCH(QPalette, palette);
    const QPalette before = QApplication::palette();
    const auto restore = qScopeGuard([&before] { QApplication::setPalette(before); });
    QApplication::setPalette(palette);
    app::makePaletteReadable();
    const QPalette now = QApplication::palette();
    for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive}) {
        const QColor window = now.color(group, QPalette::Window);
        const QColor second = now.color(group, QPalette::PlaceholderText);
        QVERIFY(widgets::contrast(widgets::mixed(window, second, second.alphaF()), window) >= 4.5);
        QVERIFY(widgets::contrast(now.color(group, QPalette::HighlightedText), now.color(group, QPalette::Highlight))
                >= 4.5);
    }
}

QTEST_MAIN(TestWindow)
#include "test_window.moc"
