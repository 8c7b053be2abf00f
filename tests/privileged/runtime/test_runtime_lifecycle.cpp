// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace lamella;
using namespace lamella::test;

/// The operations of runtime-spec's runtime.md on one container.
class TestRuntimeLifecycle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void createStartKillDelete();
    void execRunsWithTheContainersConfinement();
    void execStatus_data();
    void execStatus();
    void execProcessFile();
    void execWithTerminal();
    void runWithTerminal();
    void consoleSocket();
    void wrongStates();
    void optionsAreChecked_data();
    void optionsAreChecked();
};

namespace {

/// A container in the background; its output goes to a file.
class Running {
public:
    explicit Running(Bundle& bundle)
        : m_bundle(bundle)
    {
        bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
        bundle.write();
        QProcess create;
        create.setStandardOutputFile(bundle.directory() + QStringLiteral("/out"));
        create.setStandardErrorFile(bundle.directory() + QStringLiteral("/err"));
        create.start(runtimeProgram(),
                     bundle.runtimeArguments({QStringLiteral("create"), QStringLiteral("-b"), bundle.directory(),
                                              QStringLiteral("--pid-file"), pidFile(), bundle.id()}));
        create.waitForFinished();
        m_created = create.exitCode() == 0;
    }

    bool created() const { return m_created; }
    QString pidFile() const { return m_bundle.directory() + QStringLiteral("/pid"); }
    Outcome start() const { return m_bundle.runtime({QStringLiteral("start"), m_bundle.id()}); }
    QByteArray output() const
    {
        QFile file{m_bundle.directory() + QStringLiteral("/out")};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    }
    QJsonObject state() const
    {
        return QJsonDocument::fromJson(m_bundle.runtime({QStringLiteral("state"), m_bundle.id()}).out).object();
    }
    QString status() const { return state().value(u"status").toString(); }

private:
    Bundle& m_bundle;
    bool m_created = false;
};

} // namespace

void TestRuntimeLifecycle::createStartKillDelete()
{
    Bundle bundle{Kind::Overlay};
    const Running running{bundle};
    QVERIFY(running.created());
    QCOMPARE(running.status(), QStringLiteral("created"));
    QCOMPARE(running.output(), QByteArray{});
    QFile pid{running.pidFile()};
    QVERIFY(pid.open(QIODevice::ReadOnly));
    QCOMPARE(pid.readAll().toInt(), running.state().value(u"pid").toInt());

    QCOMPARE(running.start().status, 0);
    QTRY_COMPARE(running.output(), QByteArray{"sleeping\n"});
    QCOMPARE(running.status(), QStringLiteral("running"));
    QVERIFY(bundle.runtime({QStringLiteral("list")}).out.contains("running"));
    QCOMPARE(running.start().status, 1);
    QVERIFY(bundle.runtime({QStringLiteral("delete"), bundle.id()}).err.contains("is not stopped: running"));

    QCOMPARE(bundle.runtime({QStringLiteral("kill"), bundle.id(), QStringLiteral("SIGKILL")}).status, 0);
    QTRY_COMPARE(running.status(), QStringLiteral("stopped"));
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), bundle.id()}).status, 0);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeLifecycle::execRunsWithTheContainersConfinement()
{
    Bundle bundle{Kind::Overlay};
    oci::Seccomp seccomp;
    seccomp.defaultAction = "SCMP_ACT_ALLOW";
    seccomp.syscalls = {{{"sethostname"}, "SCMP_ACT_ERRNO", 13, {}}};
    bundle.spec.linux.seccomp = seccomp;
    const Running running{bundle};
    QCOMPARE(running.start().status, 0);
    const Outcome outcome = bundle.runtime(
        {QStringLiteral("exec"), bundle.id(), QStringLiteral("sh"), QStringLiteral("-c"),
         QStringLiteral("payload status; payload fds; hostname; wc -c </proc/keys; cat /proc/1/cmdline; "
                        "for n in pid net mnt ipc uts user cgroup; do "
                        "[ $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) ] || echo $n; done")});
    QCOMPARE(outcome.err, QByteArray{});
    QVERIFY2(outcome.out.contains("Seccomp:\t2"), outcome.out);
    QVERIFY2(outcome.out.contains("NoNewPrivs:\t1"), outcome.out);
    QVERIFY2(outcome.out.contains("CapInh:\t0000000000000000"), outcome.out);
    QVERIFY2(outcome.out.contains("CapEff:\t00000000a80425fb"), outcome.out);
    QVERIFY2(outcome.out.endsWith(QByteArray{"box\n0\npayload\0sleep\000100\0", 24}), outcome.out);
}

void TestRuntimeLifecycle::execStatus_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("status") << QStringList{QStringLiteral("payload"), QStringLiteral("exit"), QStringLiteral("42")}
                            << 42 << QByteArray{};
    QTest::newRow("signal") << QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("kill -9 $$")}
                            << 137 << QByteArray{};
    QTest::newRow("no such program") << QStringList{QStringLiteral("nosuch")} << 255
                                     << QByteArray{"cannot run nosuch: executable file not found in $PATH"};
    QTest::newRow("no such file") << QStringList{QStringLiteral("/nosuch")} << 255
                                  << QByteArray{"cannot run /nosuch: no such file or directory"};
    QTest::newRow("not executable") << QStringList{QStringLiteral("/etc/passwd")} << 255
                                    << QByteArray{"cannot run /etc/passwd: permission denied"};
}

void TestRuntimeLifecycle::execStatus()
{
    QFETCH(QStringList, command);
    QFETCH(QByteArray, message);
    Bundle bundle{Kind::User};
    const Running running{bundle};
    QCOMPARE(running.start().status, 0);
    const Outcome outcome = bundle.runtime(QStringList{QStringLiteral("exec"), bundle.id()} + command);
    QTEST(outcome.status, "status");
    QVERIFY2(outcome.err.contains(message), outcome.err);
}

void TestRuntimeLifecycle::execProcessFile()
{
    Bundle bundle{Kind::User};
    const Running running{bundle};
    QCOMPARE(running.start().status, 0);
    oci::Process process = bundle.spec.process;
    process.args = {"sh", "-c", "payload ids; pwd; echo $MARK"};
    process.user = {1000, 1000, {}, {}};
    process.cwd = "/etc";
    process.env.push_back("MARK=here");
    const QString path = bundle.directory() + QStringLiteral("/process.json");
    QFile file{path};
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray::fromStdString(oci::serializeProcess(process)));
    file.close();
    const Outcome outcome = bundle.runtime({QStringLiteral("exec"), QStringLiteral("--process"), path, bundle.id()});
    QCOMPARE(outcome.out, QByteArray{"uid=1000 gid=1000 groups=\n/etc\nhere\n"});
}

/// Runs lamella-runtime with a terminal of the given size as its own; what it showed.
static QByteArray runOnTerminal(const QStringList& arguments)
{
    winsize size{};
    size.ws_row = 33;
    size.ws_col = 99;
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0)
        return {};
    QProcess process;
    const QString path = QStringLiteral("/proc/%1/fd/%2").arg(::getpid()).arg(slave);
    process.setStandardInputFile(path);
    process.setStandardOutputFile(path);
    process.start(runtimeProgram(), arguments);
    process.waitForFinished(30'000);
    ::close(slave);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    QByteArray shown(65536, '\0');
    const ssize_t n = ::read(master, shown.data(), static_cast<std::size_t>(shown.size()));
    ::close(master);
    shown.truncate(std::max<ssize_t>(0, n));
    return shown;
}

void TestRuntimeLifecycle::execWithTerminal()
{
    Bundle bundle{Kind::Overlay};
    const Running running{bundle};
    QCOMPARE(running.start().status, 0);
    const QByteArray shown = runOnTerminal(bundle.runtimeArguments(
        {QStringLiteral("exec"), QStringLiteral("--tty"), bundle.id(), QStringLiteral("sh"), QStringLiteral("-c"),
         QStringLiteral("usleep 200000; payload tty; tty; stat -c %u $(tty)")}));
    QCOMPARE(shown, QByteArray{"33 rows 99 columns 111\r\n/dev/pts/0\r\n0\r\n"});
}

void TestRuntimeLifecycle::runWithTerminal()
{
    Bundle bundle{Kind::Overlay};
    bundle.spec.process.terminal = true;
    bundle.spec.process.user.uid = 1000;
    bundle.setScript(
        QStringLiteral("usleep 200000; payload tty; stat -c '%t:%T %u' /dev/console; echo hi >/dev/console"));
    bundle.write();
    const QByteArray shown = runOnTerminal(
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QCOMPARE(shown, QByteArray{"33 rows 99 columns 111\r\n88:0 1000\r\nhi\r\n"});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// Receives one descriptor.
static int receiveDescriptor(int listener)
{
    const int connection = ::accept(listener, nullptr, nullptr);
    char byte[64];
    iovec part{byte, sizeof byte};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    int fd = -1;
    if (::recvmsg(connection, &header, 0) > 0 && CMSG_FIRSTHDR(&header) != nullptr)
        std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof fd);
    ::close(connection);
    return fd;
}

void TestRuntimeLifecycle::consoleSocket()
{
    Bundle bundle{Kind::User};
    bundle.spec.process.terminal = true;
    bundle.spec.process.consoleSize = oci::ConsoleSize{20, 60};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("tty")});
    bundle.write();
    const QByteArray path = bundle.directory().toLocal8Bit() + "/console.sock";
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    QCOMPARE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    QCOMPARE(::listen(listener, 1), 0);
    const Outcome created
        = bundle.runtime({QStringLiteral("create"), QStringLiteral("-b"), bundle.directory(),
                          QStringLiteral("--console-socket"), QString::fromLocal8Bit(path), bundle.id()});
    QCOMPARE(created.err, QByteArray{});
    const int console = receiveDescriptor(listener);
    ::close(listener);
    QVERIFY(console >= 0);
    QCOMPARE(bundle.runtime({QStringLiteral("start"), bundle.id()}).status, 0);
    char shown[256]{};
    QVERIFY(::read(console, shown, sizeof shown - 1) > 0);
    ::close(console);
    QCOMPARE(QByteArray{shown}, QByteArray{"20 rows 60 columns 111\r\n"});
}

void TestRuntimeLifecycle::wrongStates()
{
    Bundle bundle{Kind::User};
    for (const char* command : {"state", "start", "kill", "delete"}) {
        const Outcome outcome = bundle.runtime({QLatin1String(command), bundle.id()});
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("container does not exist"), outcome.err);
    }
    const Running running{bundle};
    QVERIFY(running.created());
    // A program may run in a container that waits for its start.
    const Outcome exec = bundle.runtime({QStringLiteral("exec"), bundle.id(), QStringLiteral("hostname")});
    QCOMPARE(exec.err + exec.out, QByteArray{"box\n"});
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), bundle.id()}).status, 0);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeLifecycle::optionsAreChecked_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("nothing") << QStringList{};
    QTest::newRow("no command") << QStringList{QStringLiteral("--root"), QStringLiteral("/x")};
    QTest::newRow("unknown command") << QStringList{QStringLiteral("checkpoint"), QStringLiteral("x")};
    QTest::newRow("unknown option") << QStringList{QStringLiteral("--nosuch"), QStringLiteral("list")};
    QTest::newRow("option without value") << QStringList{QStringLiteral("list"), QStringLiteral("--root")};
    QTest::newRow("id with a slash") << QStringList{QStringLiteral("state"), QStringLiteral("../x")};
    QTest::newRow("hidden id") << QStringList{QStringLiteral("state"), QStringLiteral("..")};
    QTest::newRow("empty id") << QStringList{QStringLiteral("state"), QString{}};
    QTest::newRow("no id") << QStringList{QStringLiteral("start")};
    QTest::newRow("exec nothing") << QStringList{QStringLiteral("exec"), QStringLiteral("x")};
    QTest::newRow("too much") << QStringList{QStringLiteral("start"), QStringLiteral("x"), QStringLiteral("y")};
    QTest::newRow("log level") << QStringList{QStringLiteral("--log-level"), QStringLiteral("loud"),
                                              QStringLiteral("list")};
}

void TestRuntimeLifecycle::optionsAreChecked()
{
    QFETCH(QStringList, arguments);
    const Outcome outcome = test::run(runtimeProgram(), arguments);
    QCOMPARE(outcome.status, arguments.contains(QStringLiteral("exec")) ? 255 : 1);
    QVERIFY2(outcome.err.contains("usage:"), outcome.err);
}

QTEST_GUILESS_MAIN(TestRuntimeLifecycle)
#include "test_runtime_lifecycle.moc"
