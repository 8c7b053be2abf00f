// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_details.h"
#include "gui/app/containers_section.h"
#include "gui/dialogs/run_dialog.h"
#include "gui/pages/pages.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenuBar>
#include <QTabBar>
#include <QTableView>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The window by keys alone.
class TestKeys : public test::WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void isReachedByTab_data();
    void isReachedByTab();
    void focusIsSeen_data();
    void focusIsSeen();
    void mnemonicsAreUnique_data();
    void mnemonicsAreUnique();
    void worksByKeys();
    void becomesAPageByKeys();
    void tablesAreCopied();
};

void TestKeys::isReachedByTab_data()
{
    QTest::addColumn<QString>("page");
    for (const pages::PageInfo& page : pages::containerPages())
        QTest::newRow(page.id) << QString::fromLatin1(page.id);
    QTest::newRow("images") << u"images"_s;
}

void TestKeys::isReachedByTab()
{
    QFETCH(QString, page);
    showActive();
    QVERIFY(m_window->showPage(page));
    QTest::qWait(0);
    auto* sidebar = m_window->findChild<QWidget*>(u"sidebar"_s);
    sidebar->setFocus();
    QSet<QWidget*> visited;
    do {
        QWidget* focus = QApplication::focusWidget();
        QVERIFY(focus && !visited.contains(focus));
        visited.insert(focus);
        press(Qt::Key_Tab);
    } while (QApplication::focusWidget() != sidebar && visited.size() < 200);
    QStringList missed;
    const QList<QWidget*> all = m_window->findChildren<QWidget*>();
    for (QWidget* one : all) {
        const bool takesTab = (one->focusPolicy() & Qt::TabFocus) && !one->focusProxy();
        const bool isQtsOwn = one->objectName().startsWith(u"qt_");
        if (takesTab && !isQtsOwn && one->isVisible() && one->isEnabled() && !visited.contains(one))
            missed.append(one->objectName() + u" "_s + QLatin1StringView(one->metaObject()->className()));
    }
    QVERIFY2(missed.isEmpty(), qPrintable(missed.join(u'\n')));
    QVERIFY(visited.size() > 5);
}

void TestKeys::focusIsSeen_data()
{
    QTest::addColumn<QString>("page");
    QTest::addColumn<QString>("list");
    QTest::newRow("sections") << u"overview"_s << u"sidebar"_s;
    QTest::newRow("containers") << u"overview"_s << u"containerView"_s;
    QTest::newRow("layers") << u"layers"_s << u"layersStack"_s;
    QTest::newRow("images") << u"images"_s << u"imageView"_s;
}

/// Whoever goes by keys sees in which list he is.
void TestKeys::focusIsSeen()
{
    QFETCH(QString, page);
    QFETCH(QString, list);
    showActive();
    QVERIFY(m_window->showPage(page));
    auto* view = m_window->findChild<QAbstractItemView*>(list);
    QVERIFY(view);
    QTRY_VERIFY(view->isVisible() && view->model()->rowCount() > 0);
    view->setFocus();
    press(Qt::Key_Down);
    press(Qt::Key_Up);
    QTRY_VERIFY(view->currentIndex().isValid());
    press(Qt::Key_Tab);
    QTRY_VERIFY(!view->hasFocus());
    const QRect row = view->visualRect(view->currentIndex());
    const QImage without = view->viewport()->grab(row).toImage();
    press(Qt::Key_Backtab, Qt::ShiftModifier);
    QTRY_VERIFY(view->hasFocus());
    // Figures that change in the meantime are not near the row's edge, the ring is.
    const QImage with = view->viewport()->grab(row).toImage();
    QVERIFY(with.copy(0, 0, with.width(), 6) != without.copy(0, 0, without.width(), 6));
}

void TestKeys::mnemonicsAreUnique_data()
{
    isReachedByTab_data();
}

void TestKeys::mnemonicsAreUnique()
{
    QFETCH(QString, page);
    showActive();
    QVERIFY(m_window->showPage(page));
    QHash<QKeySequence, QString> taken;
    QStringList fights;
    const auto take = [&](const QString& text) {
        const QKeySequence key = QKeySequence::mnemonic(text);
        if (!key.isEmpty() && taken.contains(key))
            fights.append(taken.value(key) + u" and "_s + text);
        taken.insert(key, text);
    };
    const QList<QAction*> menus = m_window->menuBar()->actions();
    for (const QAction* menu : menus) {
        QVERIFY2(!QKeySequence::mnemonic(menu->text()).isEmpty(), qPrintable(menu->text()));
        take(menu->text());
    }
    const QList<QAbstractButton*> buttons = m_window->findChildren<QAbstractButton*>();
    for (const QAbstractButton* button : buttons) {
        if (button->isVisible())
            take(button->text());
    }
    const QList<QLabel*> labels = m_window->findChildren<QLabel*>();
    for (const QLabel* label : labels) {
        if (label->isVisible() && label->buddy())
            take(label->text());
    }
    QVERIFY2(fights.isEmpty(), qPrintable(fights.join(u'\n')));
}

void TestKeys::worksByKeys()
{
    showActive();
    const auto focusIs = [](const QString& name) {
        return QApplication::focusWidget() && QApplication::focusWidget()->objectName() == name;
    };
    press(Qt::Key_F, Qt::ControlModifier);
    QTRY_VERIFY(focusIs(u"containerSearch"_s));
    press(Qt::Key_2, Qt::ControlModifier);
    auto* images = m_window->findChild<QTableView*>(u"imageView"_s);
    QTRY_VERIFY(images->isVisible());
    press(Qt::Key_F, Qt::ControlModifier);
    QTRY_VERIFY(focusIs(u"imageSearch"_s));
    images->setFocus();
    press(Qt::Key_Delete);
    // A container was made from it.
    QTRY_VERIFY(banner()->isVisible() && banner()->text().contains(u"one"));
    banner()->findChild<QAbstractButton*>(u"bannerDismiss"_s)->click();
    press(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(containerView()->isVisible());
    containerView()->setFocus();
    press(Qt::Key_Delete);
    QTRY_VERIFY(m_window->findChild<widgets::Confirmation*>());
    QTest::keyClick(m_window->findChild<widgets::Confirmation*>(), Qt::Key_Escape);
    QTRY_VERIFY(!m_window->findChild<widgets::Confirmation*>());
    QVERIFY(!m_helper->calls.contains(u"Remove"_s));
    // A new name, typed where the old one is chosen already.
    backToWindow();
    press(Qt::Key_F2);
    QTRY_VERIFY(QApplication::activeModalWidget());
    QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
    QTest::keyClicks(QApplication::focusWidget(), u"another"_s);
    press(Qt::Key_Return);
    QTRY_COMPARE(containerView()->model()->index(0, 0).data().toString(), u"another"_s);
    QTRY_VERIFY(!QApplication::activeModalWidget());
    backToWindow();
    press(Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(m_window->findChild<dialogs::RunDialog*>());
    QTest::keyClick(m_window->findChild<dialogs::RunDialog*>(), Qt::Key_Escape);
    QTRY_VERIFY(!m_window->findChild<dialogs::RunDialog*>());
}

void TestKeys::becomesAPageByKeys()
{
    showActive();
    m_window->resize(800, 600);
    auto* section = m_window->containers();
    QTRY_VERIFY(!section->details()->isVisible());
    containerView()->setFocus();
    press(Qt::Key_Return);
    QTRY_VERIFY(section->details()->isVisible());
    QTRY_VERIFY(qobject_cast<QTabBar*>(QApplication::focusWidget()));
    QCOMPARE(section->details()->currentTab(), u"overview"_s);
    press(Qt::Key_Right);
    QCOMPARE(section->details()->currentTab(), u"processes"_s);
    press(Qt::Key_Left, Qt::AltModifier);
    QTRY_VERIFY(containerView()->isVisible() && containerView()->hasFocus());
}

void TestKeys::tablesAreCopied()
{
    m_helper->changes = R"({"path":"/etc/motd","change":"A","type":"file","bytes":3145728})";
    showActive();
    const auto copied = [this](const QString& name) {
        auto* table = m_window->findChild<QAbstractItemView*>(name);
        if (!table || !QTest::qWaitFor([table] { return table->isVisible() && table->model()->rowCount() > 0; }))
            return name + u" shows nothing"_s;
        QGuiApplication::clipboard()->clear();
        table->setFocus();
        const auto* list = qobject_cast<QListView*>(table);
        // By the model: the view itself would ask whether Ctrl is still held.
        table->selectionModel()->setCurrentIndex(table->model()->index(0, list ? list->modelColumn() : 0),
                                                 QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        press(Qt::Key_C, Qt::ControlModifier);
        return QGuiApplication::clipboard()->text();
    };
    QCOMPARE(copied(u"containerView"_s), u"one"_s);
    m_window->showPage(u"changes"_s);
    const QString changes = copied(u"changesTree"_s);
    QVERIFY2(changes.startsWith(u"etc"_s), qPrintable(changes));
    m_window->showPage(u"layers"_s);
    const QString layer = copied(u"layersStack"_s);
    QVERIFY2(layer.contains(u"ritable"_s), qPrintable(layer));
    m_window->showPage(u"images"_s);
    const QString image = copied(u"imageView"_s);
    QCOMPARE(image, u"starter:latest"_s);
}

QTEST_MAIN(TestKeys)
#include "test_keys.moc"
