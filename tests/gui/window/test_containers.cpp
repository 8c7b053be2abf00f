// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_actions.h"
#include "gui/app/container_details.h"
#include "gui/app/container_list.h"
#include "gui/app/containers_section.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/statebadge.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// What a person does with containers, at a helper that says what the test wants.
class TestContainers : public test::WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void findsAmongHundreds();
    void startsAndStops();
    void saysWhatRemovingLoses();
    void saysWhatFails();
    void showsTheRunningJob();
    void aFailedJobIsTriedAgain();
    void becomesAPageWhenNarrow();
};

void TestContainers::findsAmongHundreds()
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
    QTRY_COMPARE(containerView()->model()->index(0, 0).data().toString(), u"worker-129"_s);
    search->setText(u"no such thing"_s);
    QTRY_VERIFY(empty()->isVisible());
    empty()->findChild<QPushButton*>(u"emptyStateAction"_s)->click();
    QTRY_COMPARE(shown(), 300);
}

void TestContainers::startsAndStops()
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

void TestContainers::saysWhatRemovingLoses()
{
    m_helper->changes = R"({"path":"/a","change":"A","type":"file","bytes":3145728}
{"path":"/b","change":"D","type":"file","bytes":0,"layer":"sha256:d"}
)";
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_VERIFY(m_window->containerActions()->removeForGood->isEnabled());
    m_window->containerActions()->removeForGood->trigger();
    auto* question = m_window->findChild<widgets::Confirmation*>();
    QVERIFY(question);
    QTRY_VERIFY2(question->informativeText().contains(u"3.0 MB"), qPrintable(question->informativeText()));
    QVERIFY(question->informativeText().contains(u"killed"));
    QVERIFY(question->informativeText().contains(u"2 change"));
    QVERIFY(question->informativeText().contains(u"cannot be undone"));
    // The safe answer is the default.
    QTest::keyClick(question, Qt::Key_Return);
    QTRY_VERIFY(!m_window->findChild<widgets::Confirmation*>());
    QVERIFY(!m_helper->calls.contains(u"Remove"_s));
    m_window->containerActions()->removeForGood->trigger();
    m_window->findChild<QPushButton*>(u"deedButton"_s)->click();
    QTRY_COMPARE(shown(), 0);
    QCOMPARE(optionsOf(u"Remove"_s), (QVariantMap{{u"force"_s, true}, {u"permanently"_s, true}}));
    QVERIFY(m_client->trash().isEmpty());
}

void TestContainers::saysWhatFails()
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

void TestContainers::showsTheRunningJob()
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

void TestContainers::aFailedJobIsTriedAgain()
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

void TestContainers::becomesAPageWhenNarrow()
{
    m_helper->addContainer(u"one"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(shown(), 1);
    auto* section = m_window->containers();
    m_window->resize(1200, 700);
    QTRY_VERIFY(section->list()->isVisible() && section->details()->isVisible());
    m_window->resize(800, 600);
    QTRY_VERIFY(!section->details()->isVisible());
    const QModelIndex first = containerView()->model()->index(0, 0);
    QTest::mouseClick(containerView()->viewport(), Qt::LeftButton, {}, containerView()->visualRect(first).center());
    QTRY_VERIFY(section->details()->isVisible() && !section->list()->isVisible());
    m_window->findChild<QAction*>(u"backAction"_s)->trigger();
    QTRY_VERIFY(section->list()->isVisible() && !section->details()->isVisible());
}

QTEST_MAIN(TestContainers)
#include "test_containers.moc"
