// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/privileged/runtime/bundle.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>
#include <fcntl.h>
#include <linux/magic.h>
#include <pty.h>
#include <sys/vfs.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

/// podman with lamella-runtime in the place of runc: conmon creates, watches and deletes its containers.
class TestPodman : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();

    void runs_data();
    void runs();
    void statusTellsWhyNothingRan_data();
    void statusTellsWhyNothingRan();
    void lifeOfAContainer();
    void pausesAndUpdates();
    void stopsWithTheSignal();
    void terminal();
    void logs();

private:
    QStringList arguments(const QStringList& command) const;
    Outcome podman(const QStringList& command) const { return test::run(QStringLiteral("podman"), arguments(command)); }
    QStringList container(const QStringList& options, const QStringList& command) const;
    QString stateOf(const QString& name) const;
    static void removeCgroups(const QString& path);

    std::unique_ptr<Bundle> m_bundle;
};

void TestPodman::initTestCase()
{
    enterPrivateMounts();
    if (QStandardPaths::findExecutable(QStringLiteral("podman")).isEmpty())
        QSKIP("podman is not installed");
    m_bundle = std::make_unique<Bundle>(Kind::Plain);
    QDir{}.mkpath(m_bundle->image() + QStringLiteral("/run"));
    // An engine of its own: nothing of this machine's configuration counts.
    QFile file{m_bundle->directory() + QStringLiteral("/containers.conf")};
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"
               "runtime_supports_json = [\"lamella-runtime\"]\n");
    qputenv("CONTAINERS_CONF", file.fileName().toLocal8Bit());
    qputenv("PODMAN_IGNORE_CGROUPSV1_WARNING", "1");
}

void TestPodman::cleanupTestCase()
{
    if (m_bundle)
        podman({QStringLiteral("umount"), QStringLiteral("--all")});
    if (m_bundle)
        removeCgroups(QString::fromStdString(m_bundle->spec.linux.cgroupsPath));
    m_bundle.reset();
    removeEverything();
}

/// conmon's cgroup stays when its last container has gone; where no tree is mounted it is a directory with files in it.
void TestPodman::removeCgroups(const QString& path)
{
    for (const QString& tree : QDir{QStringLiteral("/sys/fs/cgroup")}.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QByteArray parent = QStringLiteral("/sys/fs/cgroup/%1%2").arg(tree, path).toLocal8Bit();
        struct statfs system{};
        if (::statfs(parent.constData(), &system) == 0 && system.f_type == TMPFS_MAGIC)
            QDir{QStringLiteral("/sys/fs/cgroup/%1/%2").arg(tree, path.section(QLatin1Char('/'), 1, 1))}
                .removeRecursively();
        ::rmdir((parent + "/conmon").constData());
        ::rmdir(parent.constData());
    }
}

void TestPodman::cleanup()
{
    podman({QStringLiteral("rm"), QStringLiteral("--all"), QStringLiteral("--force"), QStringLiteral("--time=0")});
}

QStringList TestPodman::arguments(const QStringList& command) const
{
    const QString directory = m_bundle->directory();
    return QStringList{QStringLiteral("--root"),           directory + QStringLiteral("/podman"),
                       QStringLiteral("--runroot"),        directory + QStringLiteral("/podman-run"),
                       QStringLiteral("--tmpdir"),         directory + QStringLiteral("/podman-tmp"),
                       QStringLiteral("--storage-driver"), QStringLiteral("vfs"),
                       QStringLiteral("--runtime"),        runtimeProgram()}
    + command;
}

/// The end of a `podman run`: in a cgroup of this test, without a network, on the bundle's root file system.
QStringList TestPodman::container(const QStringList& options, const QStringList& command) const
{
    const QString parent = QString::fromStdString(m_bundle->spec.linux.cgroupsPath);
    return QStringList{QStringLiteral("run"), QStringLiteral("--network=none"),
                       QStringLiteral("--cgroup-parent=") + parent}
    + options + QStringList{QStringLiteral("--rootfs"), m_bundle->image()} + command;
}

QString TestPodman::stateOf(const QString& name) const
{
    const Outcome outcome = podman({QStringLiteral("inspect"), name});
    return QJsonDocument::fromJson(outcome.out)
        .array()
        .first()
        .toObject()
        .value(u"State")
        .toObject()
        .value(u"Status")
        .toString();
}

void TestPodman::runs_data()
{
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("script");
    QTest::addColumn<QByteArray>("output");
    const auto row = [](const char* name, const char* options, const char* script, const char* output) {
        QTest::newRow(name) << QString::fromLatin1(options) << QString::fromLatin1(script) << QByteArray{output};
    };
    row("plain", "", "echo hello", "hello\n");
    row("user", "--user 1000:1001 --group-add 5", "payload ids", "uid=1000 gid=1001 groups=5,1001\n");
    row("user namespace", "--uidmap 0:100000:65536 --gidmap 0:100000:65536", "cat /proc/self/uid_map",
        "         0     100000      65536\n");
    row("read-only", "--read-only", "touch /x 2>/dev/null || echo refused", "refused\n");
    row("tmpfs", "--tmpfs /x:size=1m", "grep -o 'size=1024k' /proc/mounts", "size=1024k\n");
    row("volume", "-v /etc/hostname:/h:ro", "echo x 2>/dev/null >/h || echo refused", "refused\n");
    row("limit", "--ulimit nofile=100:100", "ulimit -n", "100\n");
    row("no capabilities", "--cap-drop all", "grep CapBnd /proc/self/status", "CapBnd:\t0000000000000000\n");
    row("privileged", "--privileged", "[ -e /dev/full ] && grep Seccomp: /proc/self/status", "Seccomp:\t0\n");
    row("seccomp", "", "grep Seccomp: /proc/self/status", "Seccomp:\t2\n");
    row("sysctl", "--sysctl net.ipv4.ip_forward=1", "cat /proc/sys/net/ipv4/ip_forward", "1\n");
    row("host name", "--hostname name", "hostname", "name\n");
    row("device", "--device /dev/full:/dev/mine", "stat -c %t:%T /dev/mine", "1:7\n");
    row("priority for the end", "--oom-score-adj 100", "cat /proc/self/oom_score_adj", "100\n");
    row("umask", "--umask 077", "umask", "0077\n");
    row("the host's pids", "--pid host", "[ $$ -gt 1 ] && echo many", "many\n");
    row("resources", "--memory 64m --cpus 0.5 --pids-limit 20", "cat /sys/fs/cgroup/pids/pids.max", "20\n");
    row("standard input", "-i", "cat", "");
}

void TestPodman::runs()
{
    QFETCH(QString, options);
    QFETCH(QString, script);
    const Outcome outcome
        = podman(container(QStringList{QStringLiteral("--rm")} + options.split(u' ', Qt::SkipEmptyParts),
                           {QStringLiteral("sh"), QStringLiteral("-c"), script}));
    QCOMPARE(outcome.err, QByteArray{});
    QTEST(outcome.out, "output");
    QCOMPARE(outcome.status, 0);
    QCOMPARE(podman({QStringLiteral("ps"), QStringLiteral("-aq")}).out, QByteArray{});
}

void TestPodman::statusTellsWhyNothingRan_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("status") << QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("exit 42")} << 42
                            << QByteArray{};
    QTest::newRow("no such program") << QStringList{QStringLiteral("nosuch")} << 127
                                     << QByteArray{"attempted to invoke a command that was not found"};
    QTest::newRow("no such file") << QStringList{QStringLiteral("/nosuch")} << 127
                                  << QByteArray{"attempted to invoke a command that was not found"};
    QTest::newRow("not executable") << QStringList{QStringLiteral("/etc/passwd")} << 126
                                    << QByteArray{"permission denied"};
}

void TestPodman::statusTellsWhyNothingRan()
{
    QFETCH(QStringList, command);
    QFETCH(QByteArray, message);
    const Outcome run = podman(container({QStringLiteral("--rm")}, command));
    QTEST(run.status, "status");
    QVERIFY2(run.err.contains(message), run.err);
    const Outcome sleeping = podman(container({QStringLiteral("-d"), QStringLiteral("--name=c")},
                                              {QStringLiteral("sleep"), QStringLiteral("100")}));
    QCOMPARE(sleeping.err, QByteArray{});
    const Outcome exec = podman(QStringList{QStringLiteral("exec"), QStringLiteral("c")} + command);
    QTEST(exec.status, "status");
    QVERIFY2(exec.err.contains(message), exec.err);
}

void TestPodman::lifeOfAContainer()
{
    const Outcome started = podman(container({QStringLiteral("-d"), QStringLiteral("--name=c")},
                                             {QStringLiteral("sleep"), QStringLiteral("100")}));
    QCOMPARE(started.err, QByteArray{});
    QCOMPARE(stateOf(QStringLiteral("c")), QStringLiteral("running"));
    const Outcome exec = podman({QStringLiteral("exec"), QStringLiteral("--user=7"), QStringLiteral("-e"),
                                 QStringLiteral("A=b"), QStringLiteral("c"), QStringLiteral("sh"), QStringLiteral("-c"),
                                 QStringLiteral("payload ids; echo $A")});
    QCOMPARE(exec.err, QByteArray{});
    QCOMPARE(exec.out, QByteArray{"uid=7 gid=0 groups=\nb\n"});
    const Outcome top = podman({QStringLiteral("top"), QStringLiteral("c"), QStringLiteral("pid,comm")});
    QCOMPARE(top.out.simplified(), QByteArray{"PID COMMAND 1 sleep"});
    QCOMPARE(podman({QStringLiteral("kill"), QStringLiteral("c")}).err, QByteArray{});
    QTRY_COMPARE(stateOf(QStringLiteral("c")), QStringLiteral("exited"));
    QCOMPARE(podman({QStringLiteral("start"), QStringLiteral("c")}).err, QByteArray{});
    QCOMPARE(stateOf(QStringLiteral("c")), QStringLiteral("running"));
    QCOMPARE(podman({QStringLiteral("rm"), QStringLiteral("-f"), QStringLiteral("-t0"), QStringLiteral("c")}).err,
             QByteArray{});
    QCOMPARE(podman({QStringLiteral("ps"), QStringLiteral("-aq")}).out, QByteArray{});
}

void TestPodman::pausesAndUpdates()
{
    const Outcome started = podman(container({QStringLiteral("-d"), QStringLiteral("--name=c")},
                                             {QStringLiteral("sleep"), QStringLiteral("100")}));
    QCOMPARE(started.err, QByteArray{});
    QCOMPARE(podman({QStringLiteral("pause"), QStringLiteral("c")}).err, QByteArray{});
    QCOMPARE(stateOf(QStringLiteral("c")), QStringLiteral("paused"));
    QCOMPARE(podman({QStringLiteral("unpause"), QStringLiteral("c")}).err, QByteArray{});
    QCOMPARE(stateOf(QStringLiteral("c")), QStringLiteral("running"));
    const Outcome stats = podman({QStringLiteral("stats"), QStringLiteral("--no-stream"), QStringLiteral("--format"),
                                  QStringLiteral("{{.PIDs}}"), QStringLiteral("c")});
    QCOMPARE(stats.err, QByteArray{});
    QCOMPARE(stats.out, QByteArray{"1\n"});
    QCOMPARE(podman({QStringLiteral("update"), QStringLiteral("--pids-limit=17"), QStringLiteral("--memory=64m"),
                     QStringLiteral("c")})
                 .err,
             QByteArray{});
    const auto limit = [&](const char* file) {
        return podman({QStringLiteral("exec"), QStringLiteral("c"), QStringLiteral("cat"), QString::fromLatin1(file)})
            .out;
    };
    QCOMPARE(limit("/sys/fs/cgroup/pids/pids.max"), QByteArray{"17\n"});
    QCOMPARE(limit("/sys/fs/cgroup/memory/memory.limit_in_bytes"), QByteArray{"67108864\n"});
}

void TestPodman::stopsWithTheSignal()
{
    const Outcome started
        = podman(container({QStringLiteral("-d"), QStringLiteral("--name=c"), QStringLiteral("--stop-signal=USR1")},
                           {QStringLiteral("payload"), QStringLiteral("catch"), QStringLiteral("10")}));
    QCOMPARE(started.err, QByteArray{});
    QTRY_COMPARE(podman({QStringLiteral("logs"), QStringLiteral("c")}).out, QByteArray{"waiting\n"});
    QCOMPARE(podman({QStringLiteral("stop"), QStringLiteral("-t20"), QStringLiteral("c")}).err, QByteArray{});
    QCOMPARE(podman({QStringLiteral("wait"), QStringLiteral("c")}).out, QByteArray{"50\n"});
}

void TestPodman::terminal()
{
    winsize size{};
    size.ws_row = 33;
    size.ws_col = 99;
    int master = -1;
    int slave = -1;
    QCOMPARE(::openpty(&master, &slave, nullptr, nullptr, &size), 0);
    const QString path = QStringLiteral("/proc/%1/fd/%2").arg(::getpid()).arg(slave);
    QProcess process;
    process.setStandardInputFile(path);
    process.setStandardOutputFile(path);
    process.start(QStringLiteral("podman"),
                  arguments(container({QStringLiteral("-it"), QStringLiteral("--rm")},
                                      {QStringLiteral("sh"), QStringLiteral("-c"),
                                       QStringLiteral("usleep 300000; payload tty; tty; exit 5")})));
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitCode(), 5);
    ::close(slave);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    QByteArray shown(65536, '\0');
    shown.truncate(std::max<ssize_t>(0, ::read(master, shown.data(), static_cast<std::size_t>(shown.size()))));
    ::close(master);
    QVERIFY2(shown.contains("33 rows 99 columns"), shown);
    QVERIFY2(shown.contains("/dev/pts/0"), shown);
}

void TestPodman::logs()
{
    const Outcome started
        = podman(container({QStringLiteral("-d"), QStringLiteral("--name=c")},
                           {QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo out; echo err >&2")}));
    QCOMPARE(started.err, QByteArray{});
    QCOMPARE(podman({QStringLiteral("wait"), QStringLiteral("c")}).out, QByteArray{"0\n"});
    const Outcome logs = podman({QStringLiteral("logs"), QStringLiteral("c")});
    QCOMPARE(logs.out, QByteArray{"out\n"});
    QCOMPARE(logs.err, QByteArray{"err\n"});
}

QTEST_GUILESS_MAIN(TestPodman)
#include "test_podman.moc"
