// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/appearance.h"
#include "gui/app/container_actions.h"
#include "gui/app/container_details.h"
#include "gui/app/container_list.h"
#include "gui/app/containers_section.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/dialogs/confirmation.h"
#include "gui/dialogs/run_dialog.h"
#include "gui/models/container_list_model.h"
#include "gui/pages/pages.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/statebadge.h"
#include "tests/support/fake_helper/fake_helper.h"
#include "tests/support/fake_helper/private_bus.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenuBar>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QTabBar>
#include <QTableView>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The window in front of helpers in every state, also in those that are hard to make with the real one.
class TestWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void saysThatTheHelperIsAway();
    void saysThatVersionsDiffer_data();
    void saysThatVersionsDiffer();
    void saysThatItIsNotLetIn();
    void followsTheHelper();
    void healsWhenTheHelperComesBack();
    void findsAmongHundreds();
    void startsAndStops();
    void saysWhatRemovingLoses();
    void saysWhatFails();
    void failuresStayAndAreTriedAgain();
    void showsTheRunningJob();
    void aFailedJobIsTriedAgain();
    void becomesAPageWhenNarrow();
    void remembersItsSettings();
    void namesItsControls();
    void paletteIsReadable_data();
    void paletteIsReadable();
    void isReachedByTab_data();
    void isReachedByTab();
    void focusIsSeen_data();
    void focusIsSeen();
    void mnemonicsAreUnique_data();
    void mnemonicsAreUnique();
    void worksByKeys();
    void becomesAPageByKeys();
    void tablesAreCopied();

private:
    QListView* view() const { return m_window->findChild<QListView*>(u"containerView"_s); }
    widgets::Banner* banner() const { return m_window->findChild<widgets::Banner*>(u"banner"_s); }
    widgets::EmptyState* empty() const { return m_window->findChild<widgets::EmptyState*>(u"containersEmpty"_s); }
    int shown() const { return view()->model()->rowCount(); }
    void connectReady();
    /// A window that has the keyboard, with a container that runs and an image.
    void showActive();
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
    /// What a window manager does when a dialog has closed.
    void backToWindow();

    std::unique_ptr<test::PrivateBus> m_bus;
    std::unique_ptr<test::FakeHelper> m_helper;
    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<app::MainWindow> m_window;
};

void TestWindow::initTestCase()
{
    m_bus = std::make_unique<test::PrivateBus>();
    QVERIFY(!m_bus->address().isEmpty());
}

void TestWindow::init()
{
    m_helper = std::make_unique<test::FakeHelper>(m_bus->address());
    m_client = std::make_unique<client::Client>();
    m_window = std::make_unique<app::MainWindow>(m_client.get());
    m_window->show();
}

void TestWindow::cleanup()
{
    m_window.reset();
    m_client.reset();
    m_helper.reset();
}

void TestWindow::connectReady()
{
    QVERIFY(m_helper->appear());
    m_client->connectToHelper();
    QTRY_VERIFY(m_client->isReady());
}

void TestWindow::showActive()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(shown(), 1);
    m_window->resize(1200, 700);
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestWindow::press(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QWidget* focus = QApplication::focusWidget();
    QTest::keyClick(focus ? focus : m_window.get(), key, modifiers);
}

void TestWindow::backToWindow()
{
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestWindow::saysThatTheHelperIsAway()
{
    m_client->connectToHelper();
    QTRY_COMPARE(m_client->state(), client::Client::State::NoHelper);
    QVERIFY(banner()->isVisible());
    QVERIFY(banner()->text().contains(u"not running"));
    QVERIFY(!m_window->runAction()->isEnabled());
    // It comes up, and nobody has to do anything.
    m_helper->addImage(u"starter:latest"_s);
    QVERIFY(m_helper->appear());
    QTRY_VERIFY(m_client->isReady());
    QVERIFY(!banner()->isVisible());
    QVERIFY(m_window->runAction()->isEnabled());
}

void TestWindow::saysThatVersionsDiffer_data()
{
    QTest::addColumn<quint32>("apiVersion");
    QTest::addColumn<QString>("word");
    QTest::newRow("too old") << 0U << u"older"_s;
    QTest::newRow("too new") << 99U << u"newer"_s;
}

void TestWindow::saysThatVersionsDiffer()
{
    QFETCH(quint32, apiVersion);
    QFETCH(QString, word);
    m_helper->apiVersion = apiVersion;
    m_helper->addContainer(u"hidden"_s, u"running"_s);
    QVERIFY(m_helper->appear());
    m_client->connectToHelper();
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(word), qPrintable(banner()->text()));
    QVERIFY(!m_window->runAction()->isEnabled());
    QCOMPARE(shown(), 0);
}

void TestWindow::saysThatItIsNotLetIn()
{
    m_helper->failNext(u"GetManagedObjects"_s, u"NotAuthorized"_s, u"This user may not read."_s);
    QVERIFY(m_helper->appear());
    m_client->connectToHelper();
    QTRY_COMPARE(m_client->state(), client::Client::State::Refused);
    QVERIFY(banner()->text().contains(u"This user may not read."));
    // Trying again helps once it is allowed.
    banner()->findChild<QPushButton*>(u"bannerAction"_s)->click();
    QTRY_VERIFY(m_client->isReady());
}

void TestWindow::followsTheHelper()
{
    connectReady();
    QVERIFY(empty()->isVisible());
    m_helper->addImage(u"starter:latest"_s);
    QTRY_VERIFY(empty()->sentence().contains(u"made from an image"));
    const QString web = m_helper->addContainer(u"web"_s, u"running"_s);
    const QString job = m_helper->addContainer(u"job"_s, u"stopped"_s);
    QTRY_COMPARE(shown(), 2);
    QCOMPARE(view()->model()->index(0, 0).data().toString(), u"job"_s);
    m_helper->changeContainer(web, {{u"Name"_s, u"a-name"_s}});
    QTRY_COMPARE(view()->model()->index(0, 0).data().toString(), u"a-name"_s);
    m_helper->removeContainer(job);
    QTRY_COMPARE(shown(), 1);
    m_helper->removeContainer(web);
    QTRY_VERIFY(empty()->isVisible());
    QVERIFY2(empty()->sentence().contains(u"made from an image"), qPrintable(empty()->sentence()));
}

void TestWindow::healsWhenTheHelperComesBack()
{
    const QString stays = m_helper->addContainer(u"stays"_s, u"running"_s);
    const QString goes = m_helper->addContainer(u"goes"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(shown(), 2);
    const QPersistentModelIndex kept(m_window->containers()->list()->model()->indexOf(stays));
    m_helper->vanish();
    QTRY_VERIFY(banner()->isVisible());
    // What was known last is shown, and cannot be acted upon.
    QCOMPARE(shown(), 2);
    QVERIFY(!m_window->containerActions()->remove->isEnabled());
    m_helper->removeContainer(goes);
    m_helper->changeContainer(stays, {{u"State"_s, u"stopped"_s}, {u"ExitStatus"_s, 3}});
    QVERIFY(m_helper->appear());
    QTRY_VERIFY(m_client->isReady());
    QTRY_COMPARE(shown(), 1);
    QVERIFY(kept.isValid());
    QCOMPARE(m_client->container(stays)->data().exitStatus, 3);
    QVERIFY(!banner()->isVisible());
}

void TestWindow::findsAmongHundreds()
{
    for (int i = 0; i < 300; ++i)
        m_helper->addContainer(u"worker-%1"_s.arg(i, 3, 10, QLatin1Char('0')),
                               i % 3 == 0 ? u"running"_s : u"stopped"_s);
    connectReady();
    QTRY_COMPARE(shown(), 300);
    auto* search = m_window->findChild<QLineEdit*>(u"containerSearch"_s);
    auto* filter = m_window->findChild<QComboBox*>(u"stateFilter"_s);
    filter->setCurrentIndex(1);
    QCOMPARE(shown(), 100);
    search->setText(u"STARTER 29"_s);
    // -029, -129, … are looked for in name, image, command and id: of the running ones 129 and 290 to 299.
    QTRY_COMPARE(view()->model()->index(0, 0).data().toString(), u"worker-129"_s);
    search->setText(u"no such thing"_s);
    QTRY_VERIFY(empty()->isVisible());
    empty()->findChild<QPushButton*>(u"emptyStateAction"_s)->click();
    QTRY_COMPARE(shown(), 300);
}

void TestWindow::startsAndStops()
{
    const QString id = m_helper->addContainer(u"one"_s, u"stopped"_s);
    connectReady();
    QTRY_COMPARE(shown(), 1);
    const app::ContainerActions& actions = *m_window->containerActions();
    QTRY_VERIFY(actions.start->isVisible());
    QVERIFY(!actions.stop->isVisible());
    actions.start->trigger();
    QTRY_VERIFY(actions.pause->isVisible());
    QVERIFY(!actions.start->isVisible());
    actions.pause->trigger();
    QTRY_VERIFY(actions.resume->isVisible());
    auto* badge = m_window->findChild<widgets::StateBadge*>(u"containerState"_s);
    QTRY_VERIFY(badge->text().contains(u"paused"));
    actions.resume->trigger();
    QTRY_VERIFY(m_client->container(id)->isRunning());
    QCOMPARE(m_helper->calls.filter(u"Start"_s).size(), 1);
}

void TestWindow::saysWhatRemovingLoses()
{
    m_helper->changes = R"({"path":"/a","change":"A","type":"file","bytes":3145728}
{"path":"/b","change":"D","type":"file","bytes":0,"layer":"sha256:d"}
)";
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_VERIFY(m_window->containerActions()->remove->isEnabled());
    m_window->containerActions()->remove->trigger();
    auto* question = m_window->findChild<dialogs::Confirmation*>();
    QVERIFY(question);
    QTRY_VERIFY2(question->informativeText().contains(u"3.0 MB"), qPrintable(question->informativeText()));
    QVERIFY(question->informativeText().contains(u"killed"));
    QVERIFY(question->informativeText().contains(u"2 change"));
    // The safe answer is the default.
    QTest::keyClick(question, Qt::Key_Return);
    QTRY_VERIFY(!m_window->findChild<dialogs::Confirmation*>());
    QVERIFY(!m_helper->calls.contains(u"Remove"_s));
    m_window->containerActions()->remove->trigger();
    m_window->findChild<QPushButton*>(u"deedButton"_s)->click();
    QTRY_COMPARE(shown(), 0);
}

void TestWindow::saysWhatFails()
{
    m_helper->addContainer(u"one"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(m_window->containerActions()->start->isEnabled());
    m_helper->failNext(u"Start"_s, u"Failed"_s, u"cannot mount overlay on /run/x: no space"_s);
    m_window->containerActions()->start->trigger();
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY(banner()->text().contains(u"cannot mount overlay on /run/x"));
    banner()->findChild<QAbstractButton*>(u"bannerDismiss"_s)->click();
    QVERIFY(!banner()->isVisible());
}

void TestWindow::failuresStayAndAreTriedAgain()
{
    const QString id = m_helper->addContainer(u"one"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(m_window->containerActions()->start->isEnabled());
    for (const QString& why : {u"no space"_s, u"no memory"_s}) {
        m_helper->failNext(u"Start"_s, u"Failed"_s, why);
        m_window->containerActions()->start->trigger();
        QTRY_VERIFY(banner()->isVisible() && banner()->text().contains(why));
    }
    QVERIFY2(banner()->text().contains(u"1 more failure"), qPrintable(banner()->text()));
    banner()->findChild<QAbstractButton*>(u"bannerDismiss"_s)->click();
    QVERIFY(banner()->isVisible());
    QVERIFY(banner()->text().contains(u"no space"));
    // The one that was not read yet is still there when the helper comes back.
    m_helper->vanish();
    QTRY_VERIFY(banner()->text().contains(u"not running"));
    QVERIFY(m_helper->appear());
    QTRY_VERIFY(m_client->isReady());
    QVERIFY(banner()->isVisible() && banner()->text().contains(u"no space"));
    banner()->findChild<QPushButton*>(u"bannerAction"_s)->click();
    QTRY_VERIFY(m_client->container(id)->isRunning());
    QVERIFY(!banner()->isVisible());
    // Those that were made to fail are not counted.
    QCOMPARE(m_helper->calls.filter(u"Start"_s).size(), 1);
}

void TestWindow::showsTheRunningJob()
{
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_VERIFY(m_window->containerActions()->stop->isEnabled());
    auto* sentence = m_window->findChild<QLabel*>(u"jobSentence"_s);
    auto* progress = m_window->findChild<QProgressBar*>(u"jobProgress"_s);
    auto* cancel = m_window->findChild<QAbstractButton*>(u"jobCancel"_s);
    QVERIFY(!sentence->isVisible() && !progress->isVisible() && !cancel->isVisible());
    m_window->containerActions()->stop->trigger();
    QTRY_VERIFY(sentence->isVisible() && progress->isVisible() && cancel->isVisible());
    QCOMPARE(sentence->text(), u"Stopping one: waiting for it to end"_s);
    QCOMPARE(progress->maximum(), 0);
    m_helper->changeJob({{u"Progress"_s, 0.25}});
    QTRY_COMPARE(progress->maximum(), 1000);
    QCOMPARE(progress->value(), 250);
    cancel->click();
    QTRY_VERIFY(!sentence->isVisible() && !progress->isVisible() && !cancel->isVisible());
    QVERIFY(m_helper->calls.contains(u"Cancel"_s));
}

void TestWindow::aFailedJobIsTriedAgain()
{
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_VERIFY(m_window->containerActions()->stop->isEnabled());
    m_window->containerActions()->stop->trigger();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->endJob(u"the shim does not answer"_s);
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(u"the shim does not answer"), qPrintable(banner()->text()));
    banner()->findChild<QPushButton*>(u"bannerAction"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    m_helper->endJob({});
    QTRY_VERIFY(!m_window->findChild<QLabel*>(u"jobSentence"_s)->isVisible());
    QVERIFY(!banner()->isVisible());
}

void TestWindow::becomesAPageWhenNarrow()
{
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(shown(), 1);
    auto* section = m_window->containers();
    m_window->resize(1200, 700);
    QTRY_VERIFY(section->list()->isVisible() && section->details()->isVisible());
    m_window->resize(800, 600);
    QTRY_VERIFY(!section->details()->isVisible());
    const QModelIndex first = view()->model()->index(0, 0);
    QTest::mouseClick(view()->viewport(), Qt::LeftButton, {}, view()->visualRect(first).center());
    QTRY_VERIFY(section->details()->isVisible() && !section->list()->isVisible());
    m_window->findChild<QAction*>(u"backAction"_s)->trigger();
    QTRY_VERIFY(section->list()->isVisible() && !section->details()->isVisible());
}

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

void TestWindow::isReachedByTab_data()
{
    QTest::addColumn<QString>("page");
    for (const pages::PageInfo& page : pages::containerPages())
        QTest::newRow(page.id) << QString::fromLatin1(page.id);
    QTest::newRow("images") << u"images"_s;
}

void TestWindow::isReachedByTab()
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

void TestWindow::focusIsSeen_data()
{
    QTest::addColumn<QString>("page");
    QTest::addColumn<QString>("list");
    QTest::newRow("sections") << u"overview"_s << u"sidebar"_s;
    QTest::newRow("containers") << u"overview"_s << u"containerView"_s;
    QTest::newRow("layers") << u"layers"_s << u"layersStack"_s;
    QTest::newRow("images") << u"images"_s << u"imageView"_s;
}

/// Whoever goes by keys sees in which list he is.
void TestWindow::focusIsSeen()
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

void TestWindow::mnemonicsAreUnique_data()
{
    isReachedByTab_data();
}

void TestWindow::mnemonicsAreUnique()
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

void TestWindow::worksByKeys()
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
    QTRY_VERIFY(view()->isVisible());
    view()->setFocus();
    press(Qt::Key_Delete);
    QTRY_VERIFY(m_window->findChild<dialogs::Confirmation*>());
    QTest::keyClick(m_window->findChild<dialogs::Confirmation*>(), Qt::Key_Escape);
    QTRY_VERIFY(!m_window->findChild<dialogs::Confirmation*>());
    QVERIFY(!m_helper->calls.contains(u"Remove"_s));
    // A new name, typed where the old one is chosen already.
    backToWindow();
    press(Qt::Key_F2);
    QTRY_VERIFY(QApplication::activeModalWidget());
    QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
    QTest::keyClicks(QApplication::focusWidget(), u"another"_s);
    press(Qt::Key_Return);
    QTRY_COMPARE(view()->model()->index(0, 0).data().toString(), u"another"_s);
    QTRY_VERIFY(!QApplication::activeModalWidget());
    backToWindow();
    press(Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(m_window->findChild<dialogs::RunDialog*>());
    QTest::keyClick(m_window->findChild<dialogs::RunDialog*>(), Qt::Key_Escape);
    QTRY_VERIFY(!m_window->findChild<dialogs::RunDialog*>());
}

void TestWindow::becomesAPageByKeys()
{
    showActive();
    m_window->resize(800, 600);
    auto* section = m_window->containers();
    QTRY_VERIFY(!section->details()->isVisible());
    view()->setFocus();
    press(Qt::Key_Return);
    QTRY_VERIFY(section->details()->isVisible());
    QTRY_VERIFY(qobject_cast<QTabBar*>(QApplication::focusWidget()));
    QCOMPARE(section->details()->currentTab(), u"overview"_s);
    press(Qt::Key_Right);
    QCOMPARE(section->details()->currentTab(), u"processes"_s);
    press(Qt::Key_Left, Qt::AltModifier);
    QTRY_VERIFY(view()->isVisible() && view()->hasFocus());
}

void TestWindow::tablesAreCopied()
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
    QVERIFY2(image.startsWith(u"starter\tlatest\t"_s), qPrintable(image));
}

QTEST_MAIN(TestWindow)
#include "test_window.moc"
