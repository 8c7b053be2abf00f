// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-init as PID 1 of a pid namespace of its own, without and with a terminal.
#include <QTest>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <pty.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace {

// lamella-init in a pid namespace with its own /proc; what it prints is read from a pipe or from the terminal's master.
class Init {
public:
    explicit Init(const std::vector<std::string>& arguments, bool terminal = false)
    {
        int slave = -1;
        std::array<int, 2> pipe{-1, -1};
        if (terminal) {
            if (::openpty(&m_output, &slave, nullptr, nullptr, nullptr) != 0)
                return;
        } else if (::pipe2(pipe.data(), O_CLOEXEC) == 0) {
            m_output = pipe[0];
            slave = pipe[1];
        }
        ::fcntl(m_output, F_SETFL, O_NONBLOCK);
        clone_args request = {};
        request.flags = CLONE_NEWPID | CLONE_NEWNS;
        request.exit_signal = SIGCHLD;
        m_pid = static_cast<pid_t>(::syscall(SYS_clone3, &request, sizeof request));
        if (m_pid == 0)
            become(arguments, slave, terminal);
        ::close(slave);
    }
    ~Init()
    {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        ::close(m_output);
    }
    Init(const Init&) = delete;
    Init& operator=(const Init&) = delete;

    pid_t pid() const { return m_pid; }
    int terminal() const { return m_output; }

    /// All that it has printed so far.
    const QByteArray& output()
    {
        std::array<char, 4096> part;
        for (ssize_t count = 0; (count = ::read(m_output, part.data(), part.size())) > 0;)
            m_text.append(part.data(), count);
        return m_text;
    }

    /// True once it has ended; status() is then its exit status, or minus the signal.
    bool ended()
    {
        output(); // a full terminal would hold it up
        int status = 0;
        if (m_pid > 0 && ::waitpid(m_pid, &status, WNOHANG) == m_pid) {
            m_pid = -1;
            m_status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        }
        return m_pid < 0;
    }
    int status() const { return m_status; }

private:
    [[noreturn]] static void become(const std::vector<std::string>& arguments, int slave, bool terminal)
    {
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
        ::mount("proc", "/proc", "proc", 0, nullptr);
        if (terminal) {
            ::setsid();
            ::ioctl(slave, TIOCSCTTY, 0);
        }
        const int null = ::open("/dev/null", O_RDONLY);
        ::dup2(terminal ? slave : null, 0);
        ::dup2(slave, 1);
        ::dup2(slave, 2);
        std::string program = std::string(::getenv("LAMELLA_BIN")) + "/lamella-init";
        std::vector<char*> argv{program.data()};
        for (const auto& argument : arguments)
            argv.push_back(const_cast<char*>(argument.c_str()));
        argv.push_back(nullptr);
        ::execv(program.c_str(), argv.data());
        ::_exit(99);
    }

    pid_t m_pid = -1;
    int m_output = -1;
    int m_status = 1000;
    QByteArray m_text;
};

} // namespace

class TestInit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsAsTheProgramEnds_data();
    void endsAsTheProgramEnds();
    void passesSignalsOn_data();
    void passesSignalsOn();
    void passesSignalsToTheWholeGroup();
    void programStartsWithUsualSignals();
    void reapsOrphans();
    void killsWhatIsLeftWhenTheProgramEnds();
    void givesTheProgramTheTerminal();
    void terminalInterruptsTheProgram();
    void terminalCannotStopTheProgramForGood();
};

void TestInit::endsAsTheProgramEnds_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("status");
    const auto shell = [](const QString& script) {
        return QStringList{QStringLiteral("--"), QStringLiteral("/bin/sh"), QStringLiteral("-c"), script};
    };
    QTest::newRow("0") << shell(QStringLiteral("exit 0")) << 0;
    QTest::newRow("7") << shell(QStringLiteral("exit 7")) << 7;
    QTest::newRow("255") << shell(QStringLiteral("exit 255")) << 255;
    QTest::newRow("SIGKILL") << shell(QStringLiteral("kill -KILL $$")) << 137;
    QTest::newRow("SIGTERM") << shell(QStringLiteral("kill -TERM $$")) << 143;
    QTest::newRow("SIGSEGV") << shell(QStringLiteral("ulimit -c 0; kill -SEGV $$")) << 139;
    QTest::newRow("without --") << QStringList{QStringLiteral("/bin/true")} << 0;
    QTest::newRow("from PATH") << QStringList{QStringLiteral("--"), QStringLiteral("false")} << 1;
    QTest::newRow("arguments with dashes")
        << QStringList{QStringLiteral("--"), QStringLiteral("test"), QStringLiteral("--"), QStringLiteral("="),
                       QStringLiteral("--")}
        << 0;
    QTest::newRow("not there") << QStringList{QStringLiteral("--"), QStringLiteral("/no/such/program")} << 127;
    QTest::newRow("not executable") << QStringList{QStringLiteral("--"), QStringLiteral("/etc/passwd")} << 126;
    QTest::newRow("a directory") << QStringList{QStringLiteral("--"), QStringLiteral("/etc")} << 126;
    QTest::newRow("nothing") << QStringList{} << 64;
    QTest::newRow("only --") << QStringList{QStringLiteral("--")} << 64;
}

void TestInit::endsAsTheProgramEnds()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, status);
    std::vector<std::string> words;
    for (const auto& argument : arguments)
        words.push_back(argument.toStdString());
    Init init{words};
    QTRY_VERIFY(init.ended());
    QCOMPARE(init.status(), status);
    if (status == 127)
        QVERIFY(init.output().contains("/no/such/program: No such file or directory"));
}

void TestInit::passesSignalsOn_data()
{
    QTest::addColumn<int>("number");
    for (const auto& [name, number] : std::initializer_list<std::pair<const char*, int>>{{"TERM", SIGTERM},
                                                                                         {"INT", SIGINT},
                                                                                         {"HUP", SIGHUP},
                                                                                         {"QUIT", SIGQUIT},
                                                                                         {"USR1", SIGUSR1},
                                                                                         {"USR2", SIGUSR2},
                                                                                         {"WINCH", SIGWINCH},
                                                                                         {"CONT", SIGCONT},
                                                                                         {"ALRM", SIGALRM},
                                                                                         {"PIPE", SIGPIPE},
                                                                                         {"34", 34}})
        QTest::newRow(name) << number;
}

void TestInit::passesSignalsOn()
{
    QFETCH(int, number);
    const std::string name = QTest::currentDataTag();
    Init init{
        {"--", "/bin/sh", "-c", "trap 'echo got; exit 5' " + name + "; echo ready; while :; do sleep 0.01; done"}};
    QTRY_VERIFY(init.output().contains("ready"));
    ::kill(init.pid(), number);
    QTRY_VERIFY(init.ended());
    QCOMPARE(init.status(), 5);
    QVERIFY(init.output().contains("got"));
}

void TestInit::passesSignalsToTheWholeGroup()
{
    Init init{{"--", "/bin/sh", "-c",
               "sh -c 'trap \"echo inner; exit\" TERM; echo ready; while :; do sleep 0.01; done' & "
               "trap 'wait; exit 6' TERM; wait; wait"}};
    QTRY_VERIFY(init.output().contains("ready"));
    ::kill(init.pid(), SIGTERM);
    QTRY_VERIFY(init.ended());
    QCOMPARE(init.status(), 6);
    QVERIFY(init.output().contains("inner"));
}

void TestInit::programStartsWithUsualSignals()
{
    Init init{{"--", "/bin/grep", "-E", "^Sig(Blk|Ign):|^NSpid:", "/proc/self/status"}};
    QTRY_VERIFY(init.ended());
    QVERIFY2(init.output().contains("SigBlk:\t0000000000000000"), init.output().constData());
    QVERIFY2(init.output().contains("\t2\n"), init.output().constData()); // and it is the first child of PID 1
}

void TestInit::reapsOrphans()
{
    // Twenty grandchildren lose their parent and end; none may be left as a zombie.
    Init init{
        {"--", "/bin/sh", "-c",
         "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sh -c 'sleep 0.05 & exit'; done; echo made; "
         "sleep 0.2; while grep -q '^State:.Z' /proc/[0-9]*/status; do sleep 0.05; done; "
         "ls -d /proc/[0-9]* | wc -l"}};
    QTRY_VERIFY_WITH_TIMEOUT(init.ended(), 20'000);
    QCOMPARE(init.status(), 0);
    // PID 1, the shell, ls and wc are all that is left.
    QVERIFY2(init.output().trimmed().endsWith("\n4"), init.output().constData());
}

void TestInit::killsWhatIsLeftWhenTheProgramEnds()
{
    Init init{{"--", "/bin/sh", "-c",
               "setsid sh -c 'trap : TERM HUP; echo ready; while :; do sleep 0.01; done' & sleep 0.3; exit 3"}};
    QTRY_VERIFY(init.ended()); // a pid namespace ends with its PID 1, so this also says that nobody holds it up
    QCOMPARE(init.status(), 3);
    QVERIFY(init.output().contains("ready"));
}

void TestInit::givesTheProgramTheTerminal()
{
    // Reading from the terminal in the background would stop the program.
    Init init{{"--", "/bin/sh", "-c", "ps -o pid=,pgid=,tpgid= -p $$; read line; echo \"<$line>\"; exit 4"}, true};
    QTRY_VERIFY(init.output().contains("2       2       2"));
    QCOMPARE(::write(init.terminal(), "hello\n", 6), 6);
    QTRY_VERIFY(init.ended());
    QCOMPARE(init.status(), 4);
    QVERIFY(init.output().contains("<hello>"));
}

void TestInit::terminalInterruptsTheProgram()
{
    Init init{{"--", "/bin/sh", "-c", "trap 'echo interrupted; exit 8' INT; echo ready; while :; do sleep 0.01; done"},
              true};
    QTRY_VERIFY(init.output().contains("ready"));
    QCOMPARE(::write(init.terminal(), "\x03", 1), 1);
    QTRY_VERIFY(init.ended());
    QCOMPARE(init.status(), 8);
    QVERIFY(init.output().contains("interrupted"));
}

void TestInit::terminalCannotStopTheProgramForGood()
{
    Init init{{"--", "/bin/sh", "-c", "trap 'echo went on' CONT; echo ready; read line; read line; exit 9"}, true};
    QTRY_VERIFY(init.output().contains("ready"));
    QCOMPARE(::write(init.terminal(), "\x1a", 1), 1);
    QTRY_VERIFY(init.output().contains("went on"));
    QCOMPARE(::write(init.terminal(), "x\ny\n", 4), 4);
    QTRY_VERIFY(init.ended());
    QCOMPARE(init.status(), 9);
}

QTEST_GUILESS_MAIN(TestInit)
#include "tst_init.moc"
