// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <cstdio>
#include <grp.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

constexpr uid_t kBob = 4343;

/// tst_dbus_prompt --call PATH MEMBER ask|quiet: waits for a line, makes the call and prints how it was answered.
int callForOthers(const QStringList& arguments)
{
    getchar();
    auto message = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, arguments.at(2),
                                                  u"org.lamella.Lamella1.Container"_s, arguments.at(3));
    message.setArguments({QVariantMap()});
    message.setInteractiveAuthorizationAllowed(arguments.at(4) == "ask"_L1);
    const QDBusMessage reply = QDBusConnection::systemBus().call(message, QDBus::Block, 60000);
    std::printf("%s\n%s\n", qPrintable(reply.errorName()), qPrintable(reply.errorMessage()));
    return 0;
}

QString lineOf(QProcess& process)
{
    while (!process.canReadLine()) {
        if (!process.waitForReadyRead(60000))
            return {};
    }
    return QString::fromUtf8(process.readLine()).trimmed();
}

struct Answer {
    QString errorName;
    QString message;
    bool asked = false;
};

} // namespace

/// A person is asked for a password where polkit wants one and the caller lets it.
class PromptTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;
    QString m_container;

    /// What another user's process is told, beside an agent that does `agent` with its questions (none: no agent).
    Answer callAs(uid_t uid, const QString& member, const QString& agent, bool interactive)
    {
        QProcess caller;
        caller.setChildProcessModifier([uid] {
            if (::setgroups(0, nullptr) < 0 || ::setresgid(uid, uid, uid) < 0 || ::setresuid(uid, uid, uid) < 0)
                ::_exit(126);
        });
        caller.start(QCoreApplication::applicationFilePath(),
                     {u"--call"_s, m_container, member, interactive ? u"ask"_s : u"quiet"_s});
        QProcess agentProcess;
        agentProcess.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        if (caller.waitForStarted() && !agent.isEmpty()) {
            agentProcess.start(u"python3"_s,
                               {qEnvironmentVariable("LAMELLA_SOURCE") + u"/tests/dbus/support/agent.py"_s,
                                QString::number(caller.processId()), agent});
            if (lineOf(agentProcess) != "ready"_L1)
                qFatal("the agent does not come up");
        }
        caller.write("go\n");
        caller.closeWriteChannel();
        Answer answer;
        answer.errorName = lineOf(caller);
        answer.message = lineOf(caller);
        caller.waitForFinished();
        agentProcess.kill();
        agentProcess.waitForFinished();
        answer.asked
            = !agent.isEmpty() && agentProcess.readAllStandardOutput().contains("asked org.lamella.manage-others");
        return answer;
    }

    QString state() { return alice->get(m_container, u"Container"_s, u"State"_s).toString(); }

private Q_SLOTS:
    void initTestCase()
    {
        QProcess modules;
        modules.start(u"python3"_s, {u"-c"_s, u"import dbus, gi.repository.GLib"_s});
        if (!modules.waitForFinished() || modules.exitCode() != 0)
            QSKIP("python3-dbus and python3-gi are not installed: the agent is written with them");
        alice = new Client(4242);
        alice->loadStarter();
        m_container = alice->run(u"hers"_s, {u"sleep"_s, u"1000"_s});
    }

    void cleanupTestCase()
    {
        if (alice)
            alice->discard(m_container);
        delete alice;
    }

    void anotherUsersContainer_data()
    {
        QTest::addColumn<QString>("agent");
        QTest::addColumn<bool>("interactive");
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("allowed") << u"allow"_s << true << QString() << QString();
        QTest::newRow("closed") << u"cancel"_s << true << errorName(u"Cancelled"_s) << u"was closed"_s;
        QTest::newRow("nobody to ask") << QString() << true << errorName(u"NotAuthorized"_s)
                                       << u"nobody could be asked"_s;
        QTest::newRow("may not be asked")
            << u"allow"_s << false << errorName(u"NotAuthorized"_s) << u"nobody could be asked"_s;
    }

    void anotherUsersContainer()
    {
        QFETCH(QString, agent);
        QFETCH(bool, interactive);
        QFETCH(QString, error);
        QFETCH(QString, sentence);
        QCOMPARE(state(), u"running"_s);
        const Answer answer = callAs(kBob, u"Pause"_s, agent, interactive);
        QCOMPARE(answer.errorName, error);
        QVERIFY2(answer.message.contains(sentence), qPrintable(answer.message));
        QCOMPARE(answer.asked, interactive && !agent.isEmpty());
        QCOMPARE(state(), error.isEmpty() ? u"paused"_s : u"running"_s);
        if (error.isEmpty())
            alice->ask(m_container, u"Container"_s, u"Resume"_s);
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (QCoreApplication::arguments().value(1) == "--call"_L1)
        return callForOthers(QCoreApplication::arguments());
    PromptTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_prompt.moc"
