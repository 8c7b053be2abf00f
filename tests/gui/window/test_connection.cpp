// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_actions.h"
#include "gui/app/container_list.h"
#include "gui/app/containers_section.h"
#include "gui/models/container_list_model.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/emptystate.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QPushButton>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The window in front of helpers in every state, also in those that are hard to make with the real one.
class TestConnection : public test::WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void saysThatTheHelperIsAway();
    void saysThatVersionsDiffer_data();
    void saysThatVersionsDiffer();
    void saysThatItIsNotLetIn();
    void followsTheHelper();
    void healsWhenTheHelperComesBack();
    void failuresStayAndAreTriedAgain();
};

void TestConnection::saysThatTheHelperIsAway()
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

void TestConnection::saysThatVersionsDiffer_data()
{
    QTest::addColumn<quint32>("apiVersion");
    QTest::addColumn<QString>("word");
    QTest::newRow("too old") << 0U << u"older"_s;
    QTest::newRow("too new") << 99U << u"newer"_s;
}

void TestConnection::saysThatVersionsDiffer()
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

void TestConnection::saysThatItIsNotLetIn()
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

void TestConnection::followsTheHelper()
{
    connectReady();
    QVERIFY(empty()->isVisible());
    m_helper->addImage(u"starter:latest"_s);
    QTRY_VERIFY(empty()->sentence().contains(u"made from an image"));
    const QString web = m_helper->addContainer(u"web"_s, u"running"_s);
    const QString job = m_helper->addContainer(u"job"_s, u"stopped"_s);
    QTRY_COMPARE(shown(), 2);
    QCOMPARE(containerView()->model()->index(0, 0).data().toString(), u"job"_s);
    m_helper->changeContainer(web, {{u"Name"_s, u"a-name"_s}});
    QTRY_COMPARE(containerView()->model()->index(0, 0).data().toString(), u"a-name"_s);
    m_helper->removeContainer(job);
    QTRY_COMPARE(shown(), 1);
    m_helper->removeContainer(web);
    QTRY_VERIFY(empty()->isVisible());
    QVERIFY2(empty()->sentence().contains(u"made from an image"), qPrintable(empty()->sentence()));
}

void TestConnection::healsWhenTheHelperComesBack()
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

void TestConnection::failuresStayAndAreTriedAgain()
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

QTEST_MAIN(TestConnection)
#include "test_connection.moc"
