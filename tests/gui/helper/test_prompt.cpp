// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_actions.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/widgets/banner.h"

#include <QAction>
#include <QApplication>
#include <QPointer>
#include <QPushButton>
#include <QTest>

#include <array>
#include <csignal>
#include <grp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;
using namespace Qt::StringLiterals;

namespace {

constexpr uid_t kBob = 4343;

/// Ends an agent and waits until it is gone from the bus.
void endAgent(pid_t agent)
{
    if (agent <= 0)
        return;
    ::kill(agent, SIGKILL);
    ::waitpid(agent, nullptr, 0);
}

/// An agent that does `answer` with the questions about `window`; returns when it is ready, 0 where it cannot be.
pid_t startAgent(const std::string& window, const char* answer)
{
    const std::string program = std::string(::getenv("LAMELLA_SOURCE")) + "/tests/dbus/support/agent.py";
    std::array<int, 2> output{};
    if (::pipe(output.data()) < 0)
        return 0;
    const pid_t agent = ::fork();
    if (agent == 0) {
        ::dup2(output[1], STDOUT_FILENO);
        ::execlp("python3", "python3", program.c_str(), window.c_str(), answer, nullptr);
        ::_exit(127);
    }
    ::close(output[1]);
    char first = 0;
    const bool ready = ::read(output[0], &first, 1) == 1 && first == 'r';
    if (!ready)
        endAgent(agent);
    // Its other lines are for nobody, but it must be able to write them.
    return ready ? agent : 0;
}

/// Root's side of the test: for each letter that comes over `orders` another agent, or none. polkitd believes only
/// root's agents.
[[noreturn]] void keepAgents(int orders)
{
    const std::string window = std::to_string(::getppid());
    pid_t agent = 0;
    char order = 0;
    while (::read(orders, &order, 1) == 1) {
        endAgent(std::exchange(agent, 0));
        if (order != 'n')
            agent = startAgent(window, order == 'a' ? "allow" : order == 'd' ? "deny" : "cancel");
        const char answer = order == 'n' || agent > 0 ? '+' : '-';
        if (::write(orders, &answer, 1) != 1)
            break;
    }
    endAgent(agent);
    ::_exit(0);
}

int s_orders = -1;

bool orderAgent(char order)
{
    char answer = 0;
    return ::write(s_orders, &order, 1) == 1 && ::read(s_orders, &answer, 1) == 1 && answer == '+';
}

} // namespace

/// The window of a user who is asked for a password: what it says when he does not give it, and what it does when he
/// does.
class TestPrompt : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void saysWhyNotAndDoesItWhenGranted_data();
    void saysWhyNotAndDoesItWhenGranted();

private:
    app::ContainerActions& actions() const { return *m_window->containerActions(); }
    widgets::Banner* banner() const { return m_window->findChild<widgets::Banner*>(u"banner"_s); }
    client::ContainerState state() const { return m_container->data().state; }

    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<app::MainWindow> m_window;
    QPointer<client::ContainerClient> m_container;
};

void TestPrompt::initTestCase()
{
    QCOMPARE(::geteuid(), kBob);
    if (!orderAgent('a'))
        QSKIP("python3-dbus and python3-gi are not installed: the agent is written with them");
    m_client = std::make_unique<client::Client>();
    m_window = std::make_unique<app::MainWindow>(m_client.get());
    m_window->show();
    m_client->connectToHelper();
    QTRY_VERIFY_WITH_TIMEOUT(m_client->isReady(), 20'000);
    m_window->findChild<QAction*>(u"loadStarterAction"_s)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!m_client->images().isEmpty(), 30'000);
    client::CreateOptions options;
    options.image = m_client->images().constFirst()->data().id;
    options.name = u"asked"_s;
    options.command = {u"/bin/sleep"_s, u"1000"_s};
    m_client->createContainer(options).then(this, [this](const auto& made) {
        if (made)
            m_container = *made;
    });
    QTRY_VERIFY_WITH_TIMEOUT(m_container && m_container->isRunning(), 30'000);
    QTRY_VERIFY(actions().pause->isEnabled());
}

void TestPrompt::cleanupTestCase()
{
    if (m_container && orderAgent('a')) {
        m_container->remove(true, true);
        QTRY_VERIFY_WITH_TIMEOUT(m_client->containers().isEmpty(), 20'000);
    }
    m_window.reset();
    m_client.reset();
}

void TestPrompt::saysWhyNotAndDoesItWhenGranted_data()
{
    QTest::addColumn<char>("agent");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("the question was closed") << 'c' << u"was closed"_s;
    QTest::newRow("the password was wrong") << 'd' << u"you may not do this"_s;
    QTest::newRow("there is nobody to ask") << 'n' << u"nobody could be asked"_s;
}

void TestPrompt::saysWhyNotAndDoesItWhenGranted()
{
    QFETCH(char, agent);
    QFETCH(QString, sentence);
    QVERIFY(orderAgent(agent));
    actions().pause->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(banner()->isVisible(), 20'000);
    QVERIFY2(banner()->text().contains(u"was not paused") && banner()->text().contains(sentence),
             qPrintable(banner()->text()));
    QCOMPARE(state(), client::ContainerState::Running);

    QVERIFY(orderAgent('a'));
    auto* again = banner()->findChild<QPushButton*>(u"bannerAction"_s);
    QVERIFY(again && again->isVisible());
    again->click();
    QTRY_COMPARE_WITH_TIMEOUT(state(), client::ContainerState::Paused, 20'000);
    QVERIFY(!banner()->isVisible());
    actions().resume->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(state(), client::ContainerState::Running, 20'000);
}

int main(int argc, char** argv)
{
    std::array<int, 2> orders{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, orders.data()) < 0)
        return 1;
    if (::fork() == 0) {
        ::close(orders[0]);
        keepAgents(orders[1]);
    }
    ::close(orders[1]);
    s_orders = orders[0];
    // The agent looks at whose process this is: one that has changed its user hides that otherwise (proc_pid(5)).
    if (::setgroups(0, nullptr) < 0 || ::setresgid(kBob, kBob, kBob) < 0 || ::setresuid(kBob, kBob, kBob) < 0
        || ::prctl(PR_SET_DUMPABLE, 1) < 0)
        return 1;
    QApplication application(argc, argv);
    TestPrompt test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_prompt.moc"
