// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_actions.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/pages/terminalpage.h"
#include "gui/terminal/terminalview.h"
#include "gui/widgets/banner.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QPointer>
#include <QProcess>
#include <QTest>
#include <QToolButton>

#include <algorithm>
#include <csignal>
#include <optional>

using namespace lamella;
using namespace Qt::StringLiterals;

/// What only the real helper can show: what is left when a terminal, the window or the helper goes.
class TestRealHelper : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void closingATerminalEndsItsShell();
    void closingTheWindowEndsItsShells();
    void killingTheWindowLeavesTheContainer();
    void healsWhenTheHelperWasKilled();

private:
    void openShell(app::MainWindow* window);
    /// How many processes the container has, without the shim.
    int processes();
    widgets::Banner* banner() const { return m_window->findChild<widgets::Banner*>(u"banner"_s); }

    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<app::MainWindow> m_window;
    QPointer<client::ContainerClient> m_container;
    QProcess m_helper; ///< after the session's own was killed
};

void TestRealHelper::initTestCase()
{
    m_client = std::make_unique<client::Client>();
    m_window = std::make_unique<app::MainWindow>(m_client.get());
    m_window->show();
    m_client->connectToHelper();
    QTRY_VERIFY_WITH_TIMEOUT(m_client->isReady(), 20'000);
    auto* load = m_window->findChild<QAction*>(u"loadStarterAction"_s);
    QVERIFY(load);
    load->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!m_client->images().isEmpty(), 30'000);
    client::CreateOptions options;
    options.image = m_client->images().constFirst()->data().id;
    options.name = u"stays"_s;
    options.command = {u"/bin/sleep"_s, u"1000"_s};
    m_client->createContainer(options).then(this, [this](const auto& made) {
        if (made)
            m_container = *made;
    });
    QTRY_VERIFY_WITH_TIMEOUT(m_container && m_container->isRunning(), 30'000);
}

void TestRealHelper::cleanupTestCase()
{
    if (m_container)
        m_container->remove(true, true);
    QTRY_VERIFY_WITH_TIMEOUT(m_client->containers().isEmpty(), 20'000);
    m_window.reset();
    m_client.reset();
    m_helper.terminate();
    QVERIFY(m_helper.state() == QProcess::NotRunning || m_helper.waitForFinished());
}

void TestRealHelper::openShell(app::MainWindow* window)
{
    QVERIFY(window->showPage(u"terminal"_s));
    auto* page = window->findChild<pages::TerminalPage*>(u"terminalPage"_s);
    QVERIFY(page);
    QTRY_COMPARE(page->container() ? page->container()->data().name : QString(), u"stays"_s);
    page->openShell();
    const auto prompts = [page] {
        const auto* view = page->findChild<terminal::TerminalView*>();
        return view && view->screenText().contains(u'#');
    };
    QTRY_VERIFY_WITH_TIMEOUT(prompts(), 20'000);
}

int TestRealHelper::processes()
{
    std::optional<int> count;
    m_container->listProcesses().then(
        this, [&count](const auto& answer) { count = answer ? static_cast<int>(answer->size()) - 1 : -1; });
    return QTest::qWaitFor([&count] { return count.has_value(); }, 15'000) ? *count : -1;
}

void TestRealHelper::closingATerminalEndsItsShell()
{
    const int before = processes();
    QVERIFY(before > 0);
    openShell(m_window.get());
    QCOMPARE(processes(), before + 1);
    auto* close = m_window->findChild<QToolButton*>(u"closeTerminal"_s);
    QVERIFY(close);
    close->click();
    QTRY_COMPARE_WITH_TIMEOUT(processes(), before, 20'000);
    QVERIFY(m_container->isRunning());
}

void TestRealHelper::closingTheWindowEndsItsShells()
{
    const int before = processes();
    {
        client::Client other;
        app::MainWindow window(&other);
        window.show();
        other.connectToHelper();
        QTRY_VERIFY_WITH_TIMEOUT(other.isReady(), 20'000);
        openShell(&window);
        QCOMPARE(processes(), before + 1);
    }
    QTRY_COMPARE_WITH_TIMEOUT(processes(), before, 20'000);
    QVERIFY(m_container->isRunning());
}

void TestRealHelper::killingTheWindowLeavesTheContainer()
{
    const quint32 pid = m_container->data().pid;
    const int before = processes();
    QProcess window;
    window.setProcessChannelMode(QProcess::ForwardedChannels);
    window.start(qEnvironmentVariable("LAMELLA_BIN") + u"/lamella"_s, {u"--page"_s, u"stats"_s});
    QVERIFY(window.waitForStarted());
    // It is there once it asks the helper for the figures of what runs.
    const auto holdsFigures = [&window, id = m_container->id()] {
        const QFileInfoList open
            = QDir(u"/proc/%1/fd"_s.arg(window.processId())).entryInfoList(QDir::Files | QDir::System);
        return std::ranges::any_of(open, [&id](const QFileInfo& one) { return one.symLinkTarget().contains(id); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(holdsFigures(), 20'000);
    QCOMPARE(::kill(static_cast<pid_t>(window.processId()), SIGKILL), 0);
    QVERIFY(window.waitForFinished());
    QCOMPARE(window.exitStatus(), QProcess::CrashExit);
    QCOMPARE(processes(), before);
    QVERIFY(m_container->isRunning());
    QCOMPARE(m_container->data().pid, pid);
}

void TestRealHelper::healsWhenTheHelperWasKilled()
{
    const quint32 pid = m_container->data().pid;
    const pid_t helper = qEnvironmentVariableIntValue("LAMELLA_HELPER_PID");
    QVERIFY(helper > 1);
    QVERIFY(banner()->isHidden());
    QCOMPARE(::kill(helper, SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(banner()->isVisible(), 20'000);
    QCOMPARE(m_client->state(), client::Client::State::NoHelper);
    QVERIFY2(m_container, "what was known last is still shown");
    QCOMPARE(::kill(static_cast<pid_t>(pid), 0), 0);

    m_helper.setProcessChannelMode(QProcess::ForwardedChannels);
    m_helper.start(qEnvironmentVariable("LAMELLA_SESSION") + u"/helper"_s, QStringList());
    QVERIFY(m_helper.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(banner()->isHidden(), 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_container && m_container->isRunning(), 20'000);
    QCOMPARE(m_container->data().pid, pid);
    QVERIFY(processes() > 0);
}

QTEST_MAIN(TestRealHelper)
#include "test_real_helper.moc"
