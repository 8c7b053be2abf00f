// SPDX-License-Identifier: GPL-3.0-or-later
#include "detached.h"

#include <QScopeGuard>
#include <QTest>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

/// What callers hand to a container and get of it: descriptors, sockets, keyrings, another user for an exec.
class TestRuntimeCallers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void preserveFds_data();
    void preserveFds();
    void preservedFdMustBeOpen();
    void closedStreamsBecomeNothing();
    void umaskOfTheCallerDoesNotCount();
    void listenFds();
    void sessionKeyring_data();
    void sessionKeyring();
    void sessionKeyringBeyondTheQuota();
    void pidfdSocket();
    void consoleNeedsItsSocket_data();
    void consoleNeedsItsSocket();
    void execOptions_data();
    void execOptions();
    void cve_2026_30892_execUser_data();
    void cve_2026_30892_execUser();
    void execSubCgroup();
    void execSubCgroupsByController();
    void detachedExec();
};

/// Runs lamella-runtime with descriptors 3 and 4 on files that say "three" and "four".
static Outcome runWithFiles(const Bundle& bundle, const QStringList& arguments, const QString& before = {})
{
    for (const char* name : {"three", "four"}) {
        QFile file{bundle.directory() + u'/' + QLatin1String(name)};
        if (file.open(QIODevice::WriteOnly))
            file.write(name);
    }
    const QString script = QStringLiteral("cd %1; exec 3<three 4<four; %2 exec \"$@\"").arg(bundle.directory(), before);
    return test::run(QStringLiteral("/bin/sh"),
                     QStringList{QStringLiteral("-c"), script, QStringLiteral("sh"), runtimeProgram()}
                         + bundle.runtimeArguments(arguments));
}

void TestRuntimeCallers::preserveFds_data()
{
    QTest::addColumn<bool>("exec");
    QTest::addColumn<int>("count");
    QTest::addColumn<QByteArray>("output");
    for (const bool exec : {false, true}) {
        const char* const command = exec ? "exec" : "run";
        QTest::addRow("%s none", command) << exec << 0 << QByteArray{"0 1 2 "};
        QTest::addRow("%s one", command) << exec << 1 << QByteArray{"0 1 2 3 three"};
        QTest::addRow("%s two", command) << exec << 2 << QByteArray{"0 1 2 3 4 threefour"};
    }
}

void TestRuntimeCallers::preserveFds()
{
    QFETCH(bool, exec);
    QFETCH(int, count);
    const QString script = QStringLiteral("payload fds | cut -d' ' -f1 | tr '\\n' ' '; "
                                          "for n in 3 4; do [ ! -e /proc/self/fd/$n ] || cat <&$n; done");
    Bundle bundle{Kind::User};
    Outcome outcome;
    const QString option = QStringLiteral("--preserve-fds=%1").arg(count);
    if (exec) {
        bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
        const Detached container{bundle};
        outcome = runWithFiles(
            bundle, {QStringLiteral("exec"), option, bundle.id(), QStringLiteral("sh"), QStringLiteral("-c"), script});
    } else {
        bundle.setScript(script);
        bundle.write();
        outcome = runWithFiles(bundle,
                               {QStringLiteral("run"), option, QStringLiteral("-b"), bundle.directory(), bundle.id()});
    }
    QCOMPARE(outcome.err, QByteArray{});
    QTEST(outcome.out, "output");
}

void TestRuntimeCallers::preservedFdMustBeOpen()
{
    Bundle bundle{Kind::User};
    bundle.setScript(QStringLiteral("true"));
    bundle.write();
    const Outcome outcome = runWithFiles(bundle,
                                         {QStringLiteral("run"), QStringLiteral("--preserve-fds=3"),
                                          QStringLiteral("-b"), bundle.directory(), bundle.id()});
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("preserved-fd 2 (of 3): descriptor 5 is not open"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// What the runtime opens must not become the program's because it took the number of a stream that was closed.
void TestRuntimeCallers::closedStreamsBecomeNothing()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.rootReadonly = false;
    bundle.setScript(QStringLiteral("for n in 0 1 2; do readlink /proc/self/fd/$n; done >/streams"));
    bundle.write();
    const QString script = QStringLiteral("exec \"$@\" <&- >&- 2>&-");
    const Outcome outcome = test::run(
        QStringLiteral("/bin/sh"),
        QStringList{QStringLiteral("-c"), script, QStringLiteral("sh"), runtimeProgram()}
            + bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QCOMPARE(outcome.status, 0);
    QFile streams{bundle.image() + QStringLiteral("/streams")};
    QVERIFY(streams.open(QIODevice::ReadOnly));
    QCOMPARE(streams.readAll(), QByteArray{"/dev/null\n/streams\n/dev/null\n"});
}

/// Directories that are made in the root have their mode whatever the caller's umask is.
void TestRuntimeCallers::umaskOfTheCallerDoesNotCount()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.process.cwd = "/made/for/it";
    bundle.setScript(QStringLiteral("stat -c %a /made /made/for/it; umask"));
    bundle.write();
    const QString script = QStringLiteral("umask 0077; exec \"$@\"");
    const Outcome outcome = test::run(
        QStringLiteral("/bin/sh"),
        QStringList{QStringLiteral("-c"), script, QStringLiteral("sh"), runtimeProgram()}
            + bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"755\n755\n0022\n"});
}

/// Sockets of systemd come first, and the program is told of them with its own PID.
void TestRuntimeCallers::listenFds()
{
    Bundle bundle{Kind::User};
    bundle.setScript(QStringLiteral("echo $LISTEN_FDS $LISTEN_PID $$; cat <&3; cat <&4"));
    bundle.write();
    const QStringList run{QStringLiteral("run"), QStringLiteral("--preserve-fds=1"), QStringLiteral("-b"),
                          bundle.directory(), bundle.id()};
    const Outcome outcome = runWithFiles(bundle, run, QStringLiteral("export LISTEN_FDS=1 LISTEN_PID=$$;"));
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"1 1 1\nthreefour"});
    // Those of another process are not this one's.
    bundle.setScript(QStringLiteral("echo .$LISTEN_FDS.; payload fds | wc -l"));
    bundle.write();
    const Outcome other = runWithFiles(bundle, run, QStringLiteral("export LISTEN_FDS=1 LISTEN_PID=1;"));
    QCOMPARE(other.out, QByteArray{"..\n4\n"});
}

void TestRuntimeCallers::sessionKeyring_data()
{
    QTest::addColumn<bool>("userNamespace");
    QTest::addColumn<bool>("own");
    QTest::newRow("own") << false << true;
    QTest::newRow("own with a user namespace") << true << true;
    QTest::newRow("the caller's") << false << false;
}

void TestRuntimeCallers::sessionKeyring()
{
    QFETCH(bool, userNamespace);
    QFETCH(bool, own);
    const Outcome callers
        = test::run(qEnvironmentVariable("LAMELLA_BIN") + QStringLiteral("/../tests/lamella-test-payload"),
                    {QStringLiteral("keyring")});
    if (callers.out.contains("Function not implemented"))
        QSKIP("this kernel has no keyrings");
    Bundle bundle{userNamespace ? Kind::User : Kind::Plain};
    bundle.setScript(QStringLiteral("payload keyring; exec sleep 100"));
    const Detached container{bundle, QStringLiteral("run"),
                             own ? QStringList{} : QStringList{QStringLiteral("--no-new-keyring")}};
    QCOMPARE(container.errors(), QByteArray{});
    const QByteArray wanted = own ? "_ses." + bundle.id().toLocal8Bit() + "\n" : callers.out;
    QTRY_COMPARE(container.output(), wanted);
    QCOMPARE(container.run(QStringLiteral("exec"), {QStringLiteral("payload"), QStringLiteral("keyring")}).out, wanted);
}

/// Two hundred keys are a user's, and more containers than that may have one user.
void TestRuntimeCallers::sessionKeyringBeyondTheQuota()
{
    Bundle bundle{Kind::User};
    const auto user = bundle.spec.linux.uidMappings.front().hostId;
    std::array<int, 2> told{};
    QCOMPARE(::pipe2(told.data(), O_CLOEXEC), 0);
    const pid_t hoarder = ::fork();
    if (hoarder == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::setresuid(user, user, user) != 0)
            ::_exit(1);
        for (int i = 0; i < 100'000; ++i) {
            const std::string name = "key" + std::to_string(i);
            if (::syscall(SYS_add_key, "user", name.c_str(), "x", 1, KEY_SPEC_PROCESS_KEYRING) < 0)
                break;
        }
        const char why = errno == EDQUOT ? 'q' : errno == ENOSYS ? 'n' : 'x';
        if (::write(told[1], &why, 1) == 1)
            ::pause();
        ::_exit(1);
    }
    const auto end = qScopeGuard([&] {
        ::kill(hoarder, SIGKILL);
        ::waitpid(hoarder, nullptr, 0);
        ::close(told[0]);
        ::close(told[1]);
    });
    char why = 0;
    QCOMPARE(::read(told[0], &why, 1), 1);
    if (why == 'n')
        QSKIP("this kernel has no keyrings");
    QCOMPARE(why, 'q');
    QVERIFY(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "the caller's") > 0);
    bundle.setScript(QStringLiteral("payload keyring; exec sleep 100"));
    const Detached container{bundle, QStringLiteral("run"), {}};
    QCOMPARE(container.errors(), QByteArray{});
    QTRY_COMPARE(container.output(), QByteArray{"_ses\n"}); // as the kernel names one without a name
    QCOMPARE(container.run(QStringLiteral("exec"), {QStringLiteral("payload"), QStringLiteral("keyring")}).out,
             QByteArray{"_ses\n"});
}

namespace {

/// A socket that takes one message with one descriptor.
class DescriptorSocket {
public:
    explicit DescriptorSocket(const QString& path)
        : m_listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray name = path.toLocal8Bit();
        std::memcpy(address.sun_path, name.constData(), static_cast<std::size_t>(name.size()));
        m_ok = ::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
            && ::listen(m_listener, 1) == 0;
    }
    ~DescriptorSocket() { ::close(m_listener); }
    DescriptorSocket(const DescriptorSocket&) = delete;
    DescriptorSocket& operator=(const DescriptorSocket&) = delete;

    bool ok() const { return m_ok; }

    /// The descriptor, and in `word` what was said with it.
    int receive(QByteArray& word) const
    {
        const int connection = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        char text[64];
        iovec part{text, sizeof text};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        const ssize_t length = ::recvmsg(connection, &header, MSG_CMSG_CLOEXEC);
        word = QByteArray{text, std::max<ssize_t>(0, length)};
        int fd = -1;
        if (CMSG_FIRSTHDR(&header) != nullptr)
            std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof fd);
        ::close(connection);
        return fd;
    }

private:
    int m_listener;
    bool m_ok = false;
};

} // namespace

void TestRuntimeCallers::pidfdSocket()
{
    Bundle bundle{Kind::User};
    const QString path = bundle.directory() + QStringLiteral("/pidfd.sock");
    const DescriptorSocket socket{path};
    QVERIFY(socket.ok());
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    const Detached container{bundle, QStringLiteral("run"), {QStringLiteral("--pidfd-socket"), path}};
    QCOMPARE(container.errors(), QByteArray{});
    QByteArray word;
    const int pidfd = socket.receive(word);
    QVERIFY(pidfd >= 0);
    QCOMPARE(word, QByteArray{"standard"});
    pollfd poll{pidfd, POLLIN, 0};
    QCOMPARE(::poll(&poll, 1, 0), 0);
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("KILL")}).status, 0);
    QCOMPARE(::poll(&poll, 1, 5000), 1);
    ::close(pidfd);
}

void TestRuntimeCallers::consoleNeedsItsSocket_data()
{
    QTest::addColumn<bool>("terminal");
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<QByteArray>("message");
    const QString socket = QStringLiteral("--console-socket=/nosuch");
    const QByteArray missing{"cannot allocate tty"};
    const QByteArray needless{"cannot use console socket"};
    QTest::newRow("create") << true << QStringList{QStringLiteral("create")} << missing;
    QTest::newRow("detached run") << true << QStringList{QStringLiteral("run"), QStringLiteral("-d")} << missing;
    QTest::newRow("create without a terminal") << false << QStringList{QStringLiteral("create"), socket} << needless;
    QTest::newRow("run that stays") << true << QStringList{QStringLiteral("run"), socket} << needless;
}

void TestRuntimeCallers::consoleNeedsItsSocket()
{
    QFETCH(bool, terminal);
    QFETCH(QStringList, command);
    QFETCH(QByteArray, message);
    Bundle bundle{Kind::User};
    bundle.spec.process.terminal = terminal;
    bundle.setScript(QStringLiteral("true"));
    bundle.write();
    const Outcome outcome
        = bundle.runtime(command + QStringList{QStringLiteral("-b"), bundle.directory(), bundle.id()});
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains(message), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeCallers::execOptions_data()
{
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("script");
    QTest::addColumn<QByteArray>("output");
    const auto row = [](const char* name, const char* options, const char* script, const char* output) {
        QTest::newRow(name) << QString::fromLatin1(options) << QString::fromLatin1(script) << QByteArray{output};
    };
    row("the container's", "", "payload ids; pwd; echo $HOME", "uid=0 gid=0 groups=\n/\n/root\n");
    row("user", "--user 1000", "payload ids", "uid=1000 gid=0 groups=\n");
    row("user and group", "-u 1000:1001", "payload ids", "uid=1000 gid=1001 groups=\n");
    row("groups", "-u 1:2 -g 100 --additional-gids=200", "payload ids", "uid=1 gid=2 groups=100,200\n");
    row("directory", "--cwd /etc", "pwd", "/etc\n");
    row("variable", "-e A=b", "echo $A", "b\n");
    row("last of two", "-e A=1 --env A=2", "echo $A", "2\n");
    row("instead of the container's", "--env HOME=/x", "echo $HOME", "/x\n");
    row("capability", "--cap CAP_SYS_ADMIN", "payload status | grep -E 'Cap(Eff|Prm|Bnd|Inh)' | tr '\\n' ' '",
        "CapInh:\t0000000000000000 CapPrm:\t00000000a82425fb CapEff:\t00000000a82425fb CapBnd:\t00000000a82425fb ");
    row("no new privileges", "--no-new-privs", "payload status | grep NoNewPrivs", "NoNewPrivs:\t1\n");
}

void TestRuntimeCallers::execOptions()
{
    QFETCH(QString, options);
    QFETCH(QString, script);
    Bundle bundle{Kind::User};
    bundle.spec.process.noNewPrivileges = false;
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    const Detached container{bundle};
    const Outcome outcome = container.run(QStringLiteral("exec"), {QStringLiteral("sh"), QStringLiteral("-c"), script},
                                          options.split(u' ', Qt::SkipEmptyParts));
    QCOMPARE(outcome.err, QByteArray{});
    QTEST(outcome.out, "output");
}

void TestRuntimeCallers::cve_2026_30892_execUser_data()
{
    QTest::addColumn<QString>("user");
    for (const char* user : {"", ":", "1:", ":1", "-1", "4294967295", "4294967296", "4294967297", "2147483648",
                             "1:4294967296", "1:-1", "0x0", "root", " 0", "1 0"})
        QTest::addRow("'%s'", user) << QString::fromLatin1(user);
}

/// A user that cannot be read is nobody: the program does not run, least of all as root.
void TestRuntimeCallers::cve_2026_30892_execUser()
{
    QFETCH(QString, user);
    Bundle bundle{Kind::User};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    const Detached container{bundle};
    QCOMPARE(container.errors(), QByteArray{});
    const Outcome outcome = container.run(QStringLiteral("exec"), {QStringLiteral("payload"), QStringLiteral("ids")},
                                          {QStringLiteral("--user"), user});
    QCOMPARE(outcome.status, 255);
    QCOMPARE(outcome.out, QByteArray{});
    QVERIFY2(outcome.err.contains("--user: "), outcome.err);
}

void TestRuntimeCallers::execSubCgroup()
{
    Bundle bundle{Kind::User};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    const Detached container{bundle};
    const auto exec = [&](const char* cgroup) {
        return container.run(QStringLiteral("exec"), {QStringLiteral("true")},
                             {QStringLiteral("--cgroup"), QString::fromLatin1(cgroup)});
    };
    QCOMPARE(exec("/").err, QByteArray{});
    QVERIFY(exec("..").err.contains("bad sub cgroup path"));
    QVERIFY(exec("a/../../b").err.contains("bad sub cgroup path"));
    QCOMPARE(exec("nosuch").status, 255);
}

/// As runc takes it on v1: a path for each of some controllers.
void TestRuntimeCallers::execSubCgroupsByController()
{
    Bundle bundle{Kind::User};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    const Detached container{bundle};
    const QString path = QString::fromStdString(bundle.spec.linux.cgroupsPath);
    for (const char* tree : {"pids", "memory", "cpu"})
        QVERIFY(QDir{}.mkpath(QStringLiteral("/sys/fs/cgroup/%1%2/sub").arg(QLatin1String(tree), path)));
    const auto exec = [&](std::initializer_list<const char*> cgroups) {
        QStringList options;
        for (const char* cgroup : cgroups)
            options << QStringLiteral("--cgroup") << QString::fromLatin1(cgroup);
        return container.run(QStringLiteral("exec"), {QStringLiteral("cat"), QStringLiteral("/proc/self/cgroup")},
                             options);
    };
    const Outcome joined = exec({"pids,memory:/sub", "freezer:"});
    QCOMPARE(joined.err, QByteArray{});
    for (const char* line : {":pids:/sub\n", ":memory:/sub\n", ":freezer:/\n", ":cpu:/\n"})
        QVERIFY2(joined.out.contains(line), joined.out);
    for (const auto& [cgroups, words] :
         {std::pair<std::initializer_list<const char*>, const char*>{{"nosuch:sub"}, "unknown controller nosuch"},
          {{"pids:sub", "pids:sub"}, "controller pids specified multiple times"},
          {{"pids,:sub"}, "empty <controller> prefix"},
          {{"pids:sub", "sub"}, "missing <controller>: prefix"},
          {{"pids:../x"}, "is not a sub cgroup path"},
          {{"freezer:sub"}, "cannot open tasks of"}}) {
        const Outcome refused = exec(cgroups);
        QCOMPARE(refused.status, 255);
        QVERIFY2(refused.err.contains(words), refused.err);
    }
}

void TestRuntimeCallers::detachedExec()
{
    Bundle bundle{Kind::User};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    const Detached container{bundle};
    const QString file = bundle.directory() + QStringLiteral("/exec.pid");
    QProcess exec;
    exec.setStandardOutputFile(QProcess::nullDevice());
    exec.setStandardErrorFile(QProcess::nullDevice());
    exec.start(runtimeProgram(),
               bundle.runtimeArguments({QStringLiteral("exec"), QStringLiteral("-d"), QStringLiteral("--pid-file"),
                                        file, bundle.id(), QStringLiteral("sleep"), QStringLiteral("100")}));
    QVERIFY(exec.waitForFinished());
    QCOMPARE(exec.exitCode(), 0);
    QFile pid{file};
    QVERIFY(pid.open(QIODevice::ReadOnly));
    QFile command{QStringLiteral("/proc/%1/cmdline").arg(pid.readAll().toInt())};
    QVERIFY(command.open(QIODevice::ReadOnly));
    QCOMPARE(command.readAll(), (QByteArray{"sleep\000100\000", 10}));
    // Where its PID cannot be told the program does not stay.
    const Outcome lost = container.run(QStringLiteral("exec"), {QStringLiteral("sleep"), QStringLiteral("100")},
                                       {QStringLiteral("-d"), QStringLiteral("--pid-file=/nosuch/pid")});
    QCOMPARE(lost.status, 255);
    QTRY_COMPARE(container.run(QStringLiteral("ps"), {}, {QStringLiteral("--format=json")}).out.count(','), 1);
}

QTEST_GUILESS_MAIN(TestRuntimeCallers)
#include "test_runtime_callers.moc"
