// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/job_card.h"
#include "gui/dialogs/registry_dialog.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/elidedlabel.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QRegularExpression>
#include <QTest>

using namespace lamella;
using namespace Qt::StringLiterals;

/// The work that is under way, and what becomes of it.
class TestActivity : public test::WindowFixture {
    Q_OBJECT

public:
    TestActivity()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void showsLayersOfAJob();
    void showsHowFastEachLayerComes();
    void failedPullsAreTriedAgain();
    void failedPushesAreTriedAgain();
    void cancelledPullsAreTriedAgain();
    void saysUnderWhichDigestItWasPushed();
};

void TestActivity::showsLayersOfAJob()
{
    connectReady();
    for (const QString& name : {u"debian"_s, u"alpine"_s}) {
        auto* dialog = openPull(name);
        QVERIFY(dialog);
        dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
        QTRY_VERIFY(m_helper->calls.count(u"PullImage"_s) == (name == "debian"_L1 ? 1 : 2));
        QTRY_VERIFY(m_client->jobs().size() == m_helper->calls.count(u"PullImage"_s));
        m_helper->changeParts({{u"sha256:"_s + QString(64, u'1'), 1024 * 1024, 4 * 1024 * 1024},
                               {u"sha256:"_s + QString(64, u'2'), 512, 0}});
        QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pullDialog"_s));
    }
    m_window->showPage(u"activity"_s);
    const auto cards = [this] { return m_window->findChildren<app::JobCard*>(); };
    QTRY_COMPARE(cards().size(), 2);
    const auto withTitle = [&](const QString& title) {
        const auto all = cards();
        for (app::JobCard* card : all) {
            if (card->findChild<widgets::ElidedLabel*>(u"jobTitle"_s)->text() == title)
                return card;
        }
        return static_cast<app::JobCard*>(nullptr);
    };
    app::JobCard* alpine = withTitle(u"Pulling alpine:latest"_s);
    QVERIFY(alpine && withTitle(u"Pulling debian:latest"_s));
    const QList<QLabel*> figures = alpine->findChildren<QLabel*>(u"partFigures"_s);
    QTRY_COMPARE(figures.size(), 2);
    QCOMPARE(figures.at(0)->text(), u"1.0 MB of 4.0 MB"_s);
    QCOMPARE(figures.at(1)->text(), u"512 B"_s);
    const QList<QProgressBar*> bars = alpine->findChildren<QProgressBar*>(u"partProgress"_s);
    QCOMPARE(bars.at(0)->value(), 250);
    QCOMPARE(bars.at(1)->maximum(), 0);
    m_helper->changeJob(
        {{u"BytesDone"_s, quint64(1) << 20}, {u"BytesTotal"_s, quint64(2) << 20}, {u"Progress"_s, 0.5}});
    QTRY_COMPARE(alpine->findChild<QProgressBar*>(u"cardProgress"_s)->value(), 500);
    QVERIFY(alpine->findChild<QLabel*>(u"jobFigures"_s)->text().contains(u"1.0 MB of 2.0 MB"));
    // The page is left, the work goes on; each is cancelled for itself.
    m_window->showPage(u"containers"_s);
    m_window->showPage(u"activity"_s);
    withTitle(u"Pulling debian:latest"_s)->findChild<QAbstractButton*>(u"cardCancel"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"Cancel"_s), 1);
    QTRY_VERIFY(!withTitle(u"Pulling debian:latest"_s)->findChild<QWidget*>(u"cardProgress"_s)->isVisible());
    QVERIFY(alpine->findChild<QWidget*>(u"cardProgress"_s)->isVisible());
    // Whoever cancels knows it.
    QVERIFY(!banner()->isVisible());
}

void TestActivity::showsHowFastEachLayerComes()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    const QString first = u"sha256:"_s + QString(64, u'1');
    const QString second = u"sha256:"_s + QString(64, u'2');
    const QString third = u"sha256:"_s + QString(64, u'3');
    const quint64 mebi = 1024 * 1024;
    const auto arrive = [&](quint64 one, quint64 two, quint64 three) {
        m_helper->changeParts({{first, one, 64 * mebi}, {second, two, 64 * mebi}, {third, three, mebi}});
        m_helper->changeJob({{u"BytesDone"_s, one + two + three}, {u"BytesTotal"_s, 129 * mebi}});
    };
    arrive(mebi, mebi, mebi / 2);
    m_window->showPage(u"activity"_s);
    QTRY_COMPARE(m_window->findChildren<QLabel*>(u"partFigures"_s).size(), 3);
    const QList<QLabel*> figures = m_window->findChildren<QLabel*>(u"partFigures"_s);
    QCOMPARE(figures.at(0)->text(), u"1.0 MB of 64.0 MB"_s);
    // Longer than it takes until a rate says something of the network.
    QTest::qWait(600);
    arrive(33 * mebi, mebi, mebi);
    static const QRegularExpression rate(u"\\A33\\.0 MB of 64\\.0 MB · [0-9.]+ MB/s\\z"_s);
    QTRY_VERIFY2(rate.match(figures.at(0)->text()).hasMatch(), qPrintable(figures.at(0)->text()));
    // One that stands still has no rate, nor has one that is there.
    QCOMPARE(figures.at(1)->text(), u"1.0 MB of 64.0 MB"_s);
    QCOMPARE(figures.at(2)->text(), u"1.0 MB"_s);
    const auto* altogether = m_window->findChild<QLabel*>(u"jobFigures"_s);
    QTRY_VERIFY2(altogether->text().contains(u"MB/s"), qPrintable(altogether->text()));
    m_helper->endJob({});
    QTRY_COMPARE(altogether->text(), u"done · 129 MB"_s);
}

void TestActivity::failedPullsAreTriedAgain()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QComboBox*>(u"platformCombo"_s)->setCurrentText(u"linux/arm64"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    m_helper->endJob(u"the connection broke"_s, u"Network"_s);
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY(banner()->text().contains(u"the connection broke"));
    m_window->showPage(u"activity"_s);
    auto* card = m_window->findChild<app::JobCard*>();
    QVERIFY(card);
    auto* retry = card->findChild<QAbstractButton*>(u"cardRetry"_s);
    QTRY_VERIFY(retry->isVisible());
    // It stays when the helper has forgotten the job.
    m_helper->forgetJob();
    QTRY_VERIFY(m_client->jobs().isEmpty());
    QVERIFY(retry->isVisible());
    retry->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 2);
    QCOMPARE(m_helper->lastCall.value(u"PullImage"_s).at(0).toString(), u"docker.io/library/debian:latest"_s);
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"platform"_s, u"linux/arm64"_s}}));
    QTRY_COMPARE(m_window->findChildren<app::JobCard*>().size(), 1);
}

void TestActivity::cancelledPullsAreTriedAgain()
{
    connectReady();
    auto* dialog = openPull(u"debian"_s);
    QVERIFY(dialog);
    dialog->findChild<QComboBox*>(u"platformCombo"_s)->setCurrentText(u"linux/arm64"_s);
    dialog->findChild<QAbstractButton*>(u"registryOk"_s)->click();
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    m_window->showPage(u"activity"_s);
    auto* card = m_window->findChild<app::JobCard*>();
    QVERIFY(card);
    QVERIFY(!card->findChild<QWidget*>(u"cardRetry"_s)->isVisible());
    card->findChild<QAbstractButton*>(u"cardCancel"_s)->click();
    auto* retry = card->findChild<QAbstractButton*>(u"cardRetry"_s);
    QTRY_VERIFY(retry->isVisible());
    QVERIFY(!banner()->isVisible());
    // It stays when the helper has forgotten the job.
    m_helper->forgetJob();
    QTRY_VERIFY(m_client->jobs().isEmpty());
    QVERIFY(retry->isVisible());
    retry->click();
    QTRY_COMPARE(m_helper->calls.count(u"PullImage"_s), 2);
    QCOMPARE(m_helper->lastCall.value(u"PullImage"_s).at(0).toString(), u"docker.io/library/debian:latest"_s);
    QCOMPARE(optionsOf(u"PullImage"_s), (QVariantMap{{u"platform"_s, u"linux/arm64"_s}}));
    QTRY_COMPARE(m_window->findChildren<app::JobCard*>().size(), 1);
    QTRY_VERIFY(m_window->findChild<app::JobCard*>()->findChild<QWidget*>(u"cardProgress"_s)->isVisible());
}

void TestActivity::failedPushesAreTriedAgain()
{
    m_helper->addImage(u"quay.io/team/app:1"_s);
    m_credentials->keep(u"quay.io"_s, {u"me"_s, u"secret"_s, {}});
    connectReady();
    QTRY_VERIFY(action(u"pushAction"_s)->isEnabled());
    action(u"pushAction"_s)->trigger();
    QTRY_VERIFY(find<QAbstractButton>(u"registryOk"_s)->isEnabled());
    find<QAbstractButton>(u"registryOk"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 1);
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_VERIFY(!find<dialogs::RegistryDialog>(u"pushDialog"_s));
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    m_helper->endJob(u"the connection broke"_s, u"Network"_s);
    QTRY_VERIFY(banner()->isVisible());
    // As it was, and nobody is asked.
    banner()->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"Push"_s), 2);
    QCOMPARE(m_helper->lastCall.value(u"Push"_s).at(0).toString(), u"quay.io/team/app:1"_s);
    QCOMPARE(optionsOf(u"Push"_s), (QVariantMap{{u"user"_s, u"me"_s}, {u"password"_s, u"secret"_s}}));
    QVERIFY(!find<dialogs::RegistryDialog>(u"pushDialog"_s));
    // Only a registry that says no is a reason to ask.
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 3);
    m_helper->endJob(u"quay.io does not accept the login."_s, u"RegistryDenied"_s);
    QTRY_VERIFY(find<dialogs::RegistryDialog>(u"pushDialog"_s));
    QCOMPARE(find<QLineEdit>(u"loginUser"_s)->text(), u"me"_s);
    QVERIFY(find<QLineEdit>(u"loginPassword"_s)->text().isEmpty());
}

void TestActivity::saysUnderWhichDigestItWasPushed()
{
    m_helper->addImage(u"quay.io/team/app:1"_s);
    connectReady();
    QTRY_VERIFY(action(u"pushAction"_s)->isEnabled());
    action(u"pushAction"_s)->trigger();
    QTRY_VERIFY(find<QAbstractButton>(u"registryOk"_s)->isEnabled());
    find<QAbstractButton>(u"registryOk"_s)->click();
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 1);
    m_helper->changeParts({{u"sha256:aaaa"_s, 10, 100}});
    QTRY_COMPARE(m_helper->calls.count(u"Wait"_s), 2);
    const QString digest = u"sha256:"_s + QString(64, u'd');
    m_helper->endJob({}, {}, {digest});
    m_window->showPage(u"activity"_s);
    auto* figures = m_window->findChild<QLabel*>(u"jobFigures"_s);
    QTRY_COMPARE(figures->text(), u"done · "_s + digest);
    // It can be copied.
    QVERIFY(figures->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
}

QTEST_MAIN(TestActivity)
#include "test_activity.moc"
