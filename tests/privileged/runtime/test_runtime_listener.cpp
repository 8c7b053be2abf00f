// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/socket.h"
#include "running.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <thread>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(Kind)

/// SCMP_ACT_NOTIFY: a program outside answers for the container's calls (config-linux.md, "Seccomp").
class TestRuntimeListener : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void answers_data();
    void answers();
    void answersForAnExec();
    void nobodyListens();
    void listenerThatHasStopped();
    void programGetsNoDescriptor();
};

namespace {

/// Takes one connection, then answers each call with success without making it.
class Agent {
public:
    explicit Agent(const QString& path)
        : m_listener(std::move(os::listenUnix(path.toStdString(), 0600, SOCK_STREAM).value()))
        , m_thread([this] { serve(); })
    {
    }
    ~Agent()
    {
        m_stop = true;
        m_thread.join();
    }
    Q_DISABLE_COPY_MOVE(Agent)

    QJsonObject told() const { return QJsonDocument::fromJson(m_told).object(); }
    int answered() const { return m_answered; }

private:
    bool await(int fd) const
    {
        while (!m_stop) {
            pollfd poll{fd, POLLIN, 0};
            if (::poll(&poll, 1, 20) > 0)
                return (poll.revents & POLLIN) != 0;
        }
        return false;
    }

    void serve()
    {
        while (await(m_listener.get())) {
            const auto connection = os::acceptUnix(m_listener.borrow());
            if (!connection || !await(connection->get()))
                continue;
            auto message = os::receiveDatagram(connection->borrow(), 65536);
            if (!message || !*message || (*message)->descriptors.size() != 1)
                continue;
            m_told = QByteArray::fromStdString((*message)->data);
            answerAll((*message)->descriptors.front().get());
        }
    }

    void answerAll(int filter)
    {
        while (await(filter)) {
            seccomp_notif call{};
            if (::ioctl(filter, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
                return;
            seccomp_notif_resp answer{};
            answer.id = call.id;
            if (::ioctl(filter, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0)
                ++m_answered;
        }
    }

    UniqueFd m_listener;
    std::atomic<bool> m_stop = false;
    std::atomic<int> m_answered = 0;
    QByteArray m_told;
    std::thread m_thread;
};

void listen(Bundle& bundle)
{
    oci::Seccomp seccomp;
    seccomp.defaultAction = "SCMP_ACT_ALLOW";
    seccomp.flags = {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
    seccomp.listenerPath = (bundle.directory() + QStringLiteral("/agent")).toStdString();
    seccomp.listenerMetadata = "for the agent";
    seccomp.syscalls = {{{"sethostname"}, "SCMP_ACT_NOTIFY", {}, {}},
                        // What the runtime does with the descriptor is no business of the filter.
                        {{"sendmsg", "sched_yield", "futex"}, "SCMP_ACT_ERRNO", 1, {}}};
    bundle.spec.linux.seccomp = seccomp;
    bundle.spec.annotations["key"] = "value";
}

} // namespace

void TestRuntimeListener::answers_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<bool>("noNewPrivileges");
    QTest::newRow("plain") << Kind::Plain << true;
    QTest::newRow("plain, privileges") << Kind::Plain << false;
    QTest::newRow("user namespace") << Kind::User << true;
    QTest::newRow("user namespace, privileges") << Kind::User << false;
}

void TestRuntimeListener::answers()
{
    QFETCH(Kind, kind);
    QFETCH(bool, noNewPrivileges);
    Bundle bundle{kind};
    listen(bundle);
    bundle.spec.process.noNewPrivileges = noNewPrivileges;
    const Agent agent{bundle.directory() + QStringLiteral("/agent")};
    bundle.setScript(QStringLiteral("hostname changed && hostname; readlink /proc/self/ns/pid"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QVERIFY2(outcome.out.startsWith("box\npid:["), outcome.out);
    QCOMPARE(agent.answered(), 1);
    const QJsonObject told = agent.told();
    QCOMPARE(told[u"fds"].toArray(), QJsonArray{QStringLiteral("seccompFd")});
    QCOMPARE(told[u"metadata"].toString(), QStringLiteral("for the agent"));
    QCOMPARE(told[u"ociVersion"].toString(), QStringLiteral("1.2.0"));
    const QJsonObject state = told[u"state"].toObject();
    QVERIFY(told[u"pid"].toInt() > 1);
    QCOMPARE(state[u"pid"].toInt(), told[u"pid"].toInt());
    QCOMPARE(state[u"id"].toString(), bundle.id());
    QCOMPARE(state[u"status"].toString(), QStringLiteral("creating")); // config-linux.md, "The Container Process State"
    QCOMPARE(state[u"bundle"].toString(), bundle.directory());
    QCOMPARE(state[u"annotations"].toObject()[u"key"].toString(), QStringLiteral("value"));
}

void TestRuntimeListener::answersForAnExec()
{
    Bundle bundle{Kind::User};
    listen(bundle);
    const Agent first{bundle.directory() + QStringLiteral("/agent")};
    const int pid = startSleeping(bundle);
    QVERIFY(pid > 0);
    const Agent second{bundle.directory() + QStringLiteral("/agent")};
    const Outcome outcome = bundle.runtime({QStringLiteral("exec"), bundle.id(), QStringLiteral("sh"),
                                            QStringLiteral("-c"), QStringLiteral("hostname changed && hostname")});
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"box\n"});
    QCOMPARE(second.told()[u"state"].toObject()[u"pid"].toInt(), pid);
    QCOMPARE(second.told()[u"state"].toObject()[u"status"].toString(), QStringLiteral("running"));
    QVERIFY(second.told()[u"pid"].toInt() > 1 && second.told()[u"pid"].toInt() != pid);
}

void TestRuntimeListener::nobodyListens()
{
    Bundle bundle{Kind::Plain};
    listen(bundle);
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("failed to connect with seccomp agent"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// One accepts nobody; another takes the connection, and reads nothing of what is more than the kernel keeps for it.
void TestRuntimeListener::listenerThatHasStopped()
{
    Bundle deaf{Kind::Plain};
    Bundle slow{Kind::Plain};
    const QString agent = QStringLiteral("/agent");
    for (Bundle* bundle : {&deaf, &slow}) {
        listen(*bundle);
        bundle->setCommand({QStringLiteral("true")});
    }
    slow.spec.annotations["long"] = std::string(1 << 20, 'x');
    const std::string full = (deaf.directory() + agent).toStdString();
    const auto closed = os::listenUnix(full, 0600, SOCK_STREAM, 0);
    const auto first = os::connectUnix(full, SOCK_STREAM); // the one that a backlog of 0 keeps
    const auto unread = os::listenUnix((slow.directory() + agent).toStdString(), 0600, SOCK_STREAM);
    QVERIFY(closed && first && unread);
    QProcess runs[2];
    for (std::size_t i = 0; i < 2; ++i) {
        const Bundle& bundle = i == 0 ? deaf : slow;
        bundle.write();
        runs[i].start(
            runtimeProgram(),
            bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    }
    for (QProcess& one : runs) {
        QVERIFY(one.waitForFinished(20'000));
        QCOMPARE(one.exitCode(), 1);
        const QByteArray error = one.readAllStandardError();
        QVERIFY2(error.contains("seccomp") && error.contains("Connection timed out"), error);
    }
    QCOMPARE(deaf.leftovers() + slow.leftovers(), QStringList{});
}

/// Whoever holds it could answer for itself.
void TestRuntimeListener::programGetsNoDescriptor()
{
    Bundle bundle{Kind::Plain};
    listen(bundle);
    const Agent agent{bundle.directory() + QStringLiteral("/agent")};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("fds")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.out.count('\n'), 3);
    bundle.setScript(QStringLiteral("ls /proc/self/task | wc -l; ps | grep -vc 'PID\\|ps\\|grep\\|sh'"));
    QVERIFY(bundle.run().out.startsWith("1\n"));
}

QTEST_GUILESS_MAIN(TestRuntimeListener)
#include "test_runtime_listener.moc"
