// SPDX-License-Identifier: GPL-3.0-or-later
// Cgroups of this machine, with real processes in them: limits hold, and what is made can be taken away.
#include "engine/cgroup/cgroup.h"
#include "engine/cgroup/oom_watch.h"
#include "engine/cgroup/statistics.h"

#include <QTest>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

using namespace lamella;

namespace {

std::string parentPath()
{
    return "/lamella-test-" + std::to_string(::getpid());
}

// Runs `body` in a child that has joined the cgroup; the child ends with what `body` returns.
pid_t spawn(const cgroup::Cgroup& group, const std::function<int()>& body)
{
    const auto descriptors = group.joinDescriptors();
    if (!descriptors)
        return -1;
    const pid_t pid = ::fork();
    if (pid != 0)
        return pid;
    for (const auto& fd : *descriptors) {
        if (::write(fd.get(), "0", 1) != 1)
            ::_exit(200);
    }
    ::_exit(body());
}

int statusOf(pid_t pid)
{
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid ? status : -1;
}

int exitCode(pid_t pid)
{
    const int status = statusOf(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int sleepForever()
{
    while (true)
        ::pause();
}

[[noreturn]] void spinForever()
{
    while (true)
        asm volatile("");
}

// Touches `megabytes` of anonymous memory.
int useMemory(std::size_t megabytes)
{
    const std::size_t size = megabytes << 20;
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 100;
    std::memset(memory, 1, size);
    return 0;
}

// In a directory of the test's own; /dev of the machine stays as it is.
int openDevice(mode_t type, unsigned majorNumber, unsigned minorNumber)
{
    const std::string node = "/var/tmp/lamella-test-node-" + std::to_string(::getpid());
    if (::mknod(node.c_str(), type | 0600, makedev(majorNumber, minorNumber)) != 0)
        return errno;
    const int fd = ::open(node.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY);
    const int error = fd < 0 ? errno : 0;
    ::unlink(node.c_str());
    if (fd >= 0)
        ::close(fd);
    return error;
}

QString words(const Error& error)
{
    return QString::fromStdString(error.message);
}

} // namespace

#define VERIFY_RESULT(result) QVERIFY2((result).has_value(), qPrintable((result) ? QString() : words((result).error())))

class TestCgroup : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void cleanupTestCase();
    void refusesASecondOfTheSamePath();
    void takesWhatIsThereAndEmpty();
    void refusesWhatIsThereAndFrozen();
    void leavesNothingOfWhatFails_data();
    void leavesNothingOfWhatFails();
    void refusesWrongPaths_data();
    void refusesWrongPaths();
    void opensWhatAnotherMade();
    void namesTheFileOfARefusedLimit();
    void killsWhatTakesTooMuchMemory();
    void changesMemoryLimitsOfARunningProcess();
    void countsMemoryByKind();
    void limitsTheNumberOfProcesses();
    void holdsBackWhatUsesTooMuchCpu();
    void deniesDevices();
    void allowsDevicesByRules_data();
    void allowsDevicesByRules();
    void countsEverything();
    void tellsOfMemoryThatIsOut();
    void stopsAndGoesOn();
    void killsEveryProcessEvenWhenFrozen();
    void killsWhatForksAllTheTime();
    void removesChildrenOfTheContainer();
    void doesNotRemoveWhatHasProcesses();

private:
    std::unique_ptr<cgroup::Cgroup> m_group;
    std::string m_path;
    int m_count = 0;
};

void TestCgroup::init()
{
    m_path = parentPath() + "/c" + std::to_string(++m_count);
    auto made = cgroup::create(m_path);
    VERIFY_RESULT(made);
    m_group = std::move(*made);
}

void TestCgroup::cleanup()
{
    const auto killed = m_group->killAll();
    while (::waitpid(-1, nullptr, WNOHANG) > 0) { }
    const auto removed = m_group->remove();
    VERIFY_RESULT(killed);
    VERIFY_RESULT(removed);
    const auto gone = cgroup::open(m_path);
    QVERIFY(!gone);
    QCOMPARE(gone.error().kind, ErrorKind::NotFound);
}

void TestCgroup::cleanupTestCase()
{
    if (auto parent = cgroup::open(parentPath()))
        VERIFY_RESULT((*parent)->remove());
}

void TestCgroup::refusesASecondOfTheSamePath()
{
    const pid_t child = spawn(*m_group, sleepForever);
    QTRY_COMPARE(m_group->processes().value(), std::vector<pid_t>{child});
    const auto second = cgroup::create(m_path);
    QVERIFY(!second);
    QCOMPARE(second.error().kind, ErrorKind::AlreadyExists);
    QCOMPARE(exitCode(spawn(*m_group, [] { return 7; })), 7); // and the first is whole
}

/// Somebody made it for the container, perhaps in some hierarchies only: it becomes as one that we make.
void TestCgroup::takesWhatIsThereAndEmpty()
{
    const std::string path = m_path + "/made";
    QVERIFY(::mkdir(("/sys/fs/cgroup/devices" + path).c_str(), 0700) == 0);
    const auto group = cgroup::create(path, {.pidsMax = 5});
    VERIFY_RESULT(group);
    QCOMPARE(exitCode(spawn(**group, [&] { return openDevice(S_IFCHR, 10, 229); })), EPERM);
    VERIFY_RESULT(cgroup::create(path)); // again, all of it
    VERIFY_RESULT((*group)->remove());
}

void TestCgroup::refusesWhatIsThereAndFrozen()
{
    VERIFY_RESULT(m_group->freeze(true));
    const auto second = cgroup::create(m_path);
    VERIFY_RESULT(m_group->freeze(false));
    QVERIFY(!second);
    QCOMPARE(second.error().kind, ErrorKind::WrongState);
}

void TestCgroup::leavesNothingOfWhatFails_data()
{
    QTest::addColumn<cgroup::Resources>("resources");
    QTest::addColumn<ErrorKind>("kind");
    QTest::newRow("a limit") << cgroup::Resources{.cpusetCpus = "4000"} << ErrorKind::InvalidArgument;
    QTest::newRow("unified") << cgroup::Resources{.unified = {{"memory.high", "1"}}} << ErrorKind::Unsupported;
    QTest::newRow("devices that v1 cannot say")
        << cgroup::Resources{.devices = {{true, 'c', 10, -1, 7}, {false, 'c', 10, 229, 7}}} << ErrorKind::Unsupported;
}

void TestCgroup::leavesNothingOfWhatFails()
{
    QFETCH(cgroup::Resources, resources);
    QFETCH(ErrorKind, kind);
    const std::string path = m_path + "/failed";
    const auto made = cgroup::create(path, resources);
    QVERIFY(!made);
    QCOMPARE(made.error().kind, kind);
    QVERIFY(!cgroup::open(path));
}

void TestCgroup::refusesWrongPaths_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("empty") << "";
    QTest::newRow("root") << "/";
    QTest::newRow("parent") << "/lamella-test/../x";
    QTest::newRow("parent at the end") << "/lamella-test/..";
    QTest::newRow("dot") << "/./x";
    QTest::newRow("newline") << "/lamella\ntest";
    QTest::newRow("long name") << QString(QChar(u'/') + QString(256, u'a'));
    QTest::newRow("long path") << QString(u"/abc").repeated(2000);
}

void TestCgroup::refusesWrongPaths()
{
    QFETCH(QString, path);
    const auto made = cgroup::create(path.toStdString());
    QVERIFY(!made);
    QCOMPARE(made.error().kind, ErrorKind::InvalidArgument);
    const auto opened = cgroup::open(path.toStdString());
    QVERIFY(!opened);
    QCOMPARE(opened.error().kind, ErrorKind::InvalidArgument);
}

void TestCgroup::opensWhatAnotherMade()
{
    const pid_t child = spawn(*m_group, sleepForever);
    const auto again = cgroup::open(m_path);
    VERIFY_RESULT(again);
    QTRY_COMPARE((*again)->processes().value(), std::vector<pid_t>{child});
    QCOMPARE((*again)->usage().value().pids, 1u);
}

void TestCgroup::namesTheFileOfARefusedLimit()
{
    const auto refused = m_group->apply({.cpuPeriodUsec = 5});
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::InvalidArgument);
    QVERIFY2(words(refused.error()).contains(u"\"5"), qPrintable(words(refused.error())));
    QVERIFY2(words(refused.error()).contains(u"cpu."), qPrintable(words(refused.error())));
}

void TestCgroup::killsWhatTakesTooMuchMemory()
{
    VERIFY_RESULT(m_group->apply({.memoryLimit = 16_MiB, .memorySwap = 16 << 20}));
    QCOMPARE(m_group->usage().value().oomKills, 0u);
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(4); })), 0);
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(64); })), -SIGKILL);
    QCOMPARE(m_group->usage().value().oomKills, 1u);
}

void TestCgroup::changesMemoryLimitsOfARunningProcess()
{
    VERIFY_RESULT(m_group->apply({.memoryLimit = 16_MiB, .memorySwap = 16 << 20}));
    VERIFY_RESULT(m_group->apply({.memoryLimit = 96_MiB, .memorySwap = 96 << 20})); // raised: the sum first
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(64); })), 0);
    VERIFY_RESULT(m_group->apply({.memoryLimit = 32_MiB, .memorySwap = 32 << 20})); // lowered: the limit first
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(64); })), -SIGKILL);
    VERIFY_RESULT(m_group->apply({.memoryLimit = Bytes{0}, .memorySwap = -1}));
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(64); })), 0);
}

void TestCgroup::countsMemoryByKind()
{
    const pid_t child = spawn(*m_group, [] {
        useMemory(32);
        return sleepForever();
    });
    QTRY_VERIFY(m_group->usage().value().memoryAnon >= 32_MiB);
    const auto usage = m_group->usage().value();
    QVERIFY(usage.memoryAnon < 40_MiB);
    QVERIFY(usage.memory >= usage.memoryAnon);
    QVERIFY(usage.memoryKernel.value > 0);
    QVERIFY(usage.cpuUsec > 0);
    QCOMPARE(m_group->processes().value(), std::vector<pid_t>{child});
}

void TestCgroup::limitsTheNumberOfProcesses()
{
    VERIFY_RESULT(m_group->apply({.pidsMax = 4}));
    // The child itself and three more; the fourth fork fails with EAGAIN.
    const auto forkUntilRefused = [] {
        for (int made = 0; made < 10; ++made) {
            const pid_t pid = ::fork();
            if (pid == 0)
                return sleepForever();
            if (pid < 0)
                return errno == EAGAIN ? made : 100;
        }
        return 101;
    };
    QCOMPARE(exitCode(spawn(*m_group, forkUntilRefused)), 3);
    VERIFY_RESULT(m_group->killAll());
    VERIFY_RESULT(m_group->apply({.pidsMax = -1}));
    QCOMPARE(exitCode(spawn(*m_group, forkUntilRefused)), 101);
}

void TestCgroup::holdsBackWhatUsesTooMuchCpu()
{
    VERIFY_RESULT(m_group->apply({.cpuShares = 512, .cpuQuotaUsec = 10'000, .cpuPeriodUsec = 100'000}));
    spawn(*m_group, [] {
        spinForever();
        return 0;
    });
    QTRY_VERIFY(m_group->usage().value().throttledUsec > 0);
    VERIFY_RESULT(m_group->apply({.cpuQuotaUsec = 0}));
}

void TestCgroup::deniesDevices()
{
    QCOMPARE(exitCode(spawn(*m_group, [] { return openDevice(S_IFCHR, 1, 3); })), 0); // null
    QCOMPARE(exitCode(spawn(*m_group, [] { return openDevice(S_IFCHR, 1, 9); })), 0); // urandom
    QCOMPARE(exitCode(spawn(*m_group, [] { return openDevice(S_IFCHR, 1, 7); })), 0); // full
    QCOMPARE(exitCode(spawn(*m_group, [] { return openDevice(S_IFCHR, 1, 1); })), EPERM); // mem
    QCOMPARE(exitCode(spawn(*m_group, [] { return openDevice(S_IFCHR, 10, 229); })), EPERM); // fuse
    QCOMPARE(exitCode(spawn(*m_group, [] { return openDevice(S_IFBLK, 7, 0); })), EPERM); // loop0
}

using Rules = std::vector<cgroup::DeviceRule>;
Q_DECLARE_METATYPE(Rules)

void TestCgroup::allowsDevicesByRules_data()
{
    QTest::addColumn<Rules>("rules");
    QTest::addColumn<int>("fuse");
    QTest::addColumn<int>("loop");
    constexpr unsigned kAll = cgroup::kEveryAccess;
    const int missing = openDevice(S_IFCHR, 10, 229); // what it says where nobody denies it
    const int missingLoop = openDevice(S_IFBLK, 7, 0);
    QTest::newRow("one") << Rules{{true, 'c', 10, 229, kAll}} << missing << EPERM;
    QTest::newRow("a range") << Rules{{true, 'c', 10, -1, kAll}} << missing << EPERM;
    QTest::newRow("everything") << Rules{{true, 'a', -1, -1, kAll}} << missing << missingLoop;
    QTest::newRow("everything but one") << Rules{{true, 'a', -1, -1, kAll}, {false, 'c', 10, 229, kAll}} << EPERM
                                        << missingLoop;
    QTest::newRow("reading alone") << Rules{{true, 'c', 10, 229, cgroup::kReadDevice}} << EPERM << EPERM;
    QTest::newRow("nothing after all") << Rules{{true, 'a', -1, -1, kAll}, {false, 'a', -1, -1, kAll}} << EPERM
                                       << EPERM;
}

void TestCgroup::allowsDevicesByRules()
{
    QFETCH(Rules, rules);
    QFETCH(int, fuse);
    QFETCH(int, loop);
    // Not below m_path, which allows little.
    const auto group = cgroup::create(m_path + "-rules", {.devices = rules});
    VERIFY_RESULT(group);
    QCOMPARE(exitCode(spawn(**group, [] { return openDevice(S_IFCHR, 10, 229); })), fuse);
    QCOMPARE(exitCode(spawn(**group, [] { return openDevice(S_IFBLK, 7, 0); })), loop);
    QCOMPARE(exitCode(spawn(**group, [] { return openDevice(S_IFCHR, 1, 3); })), 0); // the default devices come last
    VERIFY_RESULT((*group)->remove());
}

void TestCgroup::countsEverything()
{
    VERIFY_RESULT(
        m_group->apply({.memoryLimit = 64_MiB, .cpuQuotaUsec = 50'000, .cpuPeriodUsec = 100'000, .pidsMax = 9}));
    const pid_t child = spawn(*m_group, [] {
        useMemory(16);
        return sleepForever();
    });
    const auto read = [&] { return cgroup::readStatistics(m_path).value(); };
    QTRY_VERIFY(read().memory.raw["total_rss"] >= (16 << 20));
    const auto statistics = read();
    QVERIFY(statistics.cpu.totalNsec > 0);
    QCOMPARE(int(statistics.cpu.perCpuNsec.size()), int(::sysconf(_SC_NPROCESSORS_CONF)));
    QVERIFY(!statistics.cpuset.cpus.empty());
    QCOMPARE(statistics.memory.usage.limitBytes, 64u << 20);
    QVERIFY(statistics.memory.usage.usageBytes >= (16u << 20));
    QVERIFY(statistics.memory.usage.peakBytes >= statistics.memory.usage.usageBytes);
    QVERIFY(statistics.memory.kernel.usageBytes > 0);
    QCOMPARE(statistics.pids.current, 1u);
    QCOMPARE(statistics.pids.limit, 9u);
    ::kill(child, SIGKILL);
}

void TestCgroup::tellsOfMemoryThatIsOut()
{
    VERIFY_RESULT(m_group->apply({.memoryLimit = 16_MiB, .memorySwap = 16 << 20}));
    auto watch = cgroup::OomWatch::start(m_path);
    VERIFY_RESULT(watch);
    pollfd waiting{watch->descriptor().get(), POLLIN, 0};
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(4); })), 0);
    QCOMPARE(::poll(&waiting, 1, 0), 0);
    QCOMPARE(exitCode(spawn(*m_group, [] { return useMemory(64); })), -SIGKILL);
    QCOMPARE(::poll(&waiting, 1, 5000), 1);
    QVERIFY(watch->take().value().count > 0);
    QCOMPARE(::poll(&waiting, 1, 0), 0);
    VERIFY_RESULT(m_group->remove());
    QCOMPARE(::poll(&waiting, 1, 5000), 1);
    QVERIFY(watch->take().value().ended);
    VERIFY_RESULT(cgroup::create(m_path)); // for cleanup()
}

void TestCgroup::stopsAndGoesOn()
{
    const pid_t child = spawn(*m_group, [] {
        spinForever();
        return 0;
    });
    QVERIFY(!m_group->frozen().value());
    QTRY_VERIFY(m_group->usage().value().cpuUsec > 0);
    VERIFY_RESULT(m_group->freeze(true));
    QVERIFY(m_group->frozen().value());
    const auto stopped = m_group->usage().value().cpuUsec;
    QTest::qWait(50);
    QCOMPARE(m_group->usage().value().cpuUsec, stopped);
    VERIFY_RESULT(m_group->freeze(true)); // again: nothing changes
    VERIFY_RESULT(m_group->freeze(false));
    QVERIFY(!m_group->frozen().value());
    QTRY_VERIFY(m_group->usage().value().cpuUsec > stopped);
    ::kill(child, SIGKILL);
}

void TestCgroup::killsEveryProcessEvenWhenFrozen()
{
    std::vector<pid_t> children;
    for (int i = 0; i < 5; ++i)
        children.push_back(spawn(*m_group, sleepForever));
    QTRY_COMPARE(m_group->processes().value().size(), 5u);
    VERIFY_RESULT(m_group->freeze(true));
    VERIFY_RESULT(m_group->killAll());
    QVERIFY(m_group->processes().value().empty());
    QVERIFY(!m_group->frozen().value());
    for (const pid_t child : children)
        QCOMPARE(exitCode(child), -SIGKILL);
    VERIFY_RESULT(m_group->killAll()); // nobody left: no error
}

void TestCgroup::killsWhatForksAllTheTime()
{
    VERIFY_RESULT(m_group->apply({.pidsMax = 64}));
    spawn(*m_group, [] {
        ::signal(SIGCHLD, SIG_IGN);
        while (true) {
            if (const pid_t pid = ::fork(); pid > 0)
                ::usleep(100);
        }
        return 0;
    });
    QTRY_VERIFY(m_group->processes().value().size() > 10);
    VERIFY_RESULT(m_group->killAll());
    QVERIFY(m_group->processes().value().empty());
}

void TestCgroup::removesChildrenOfTheContainer()
{
    const auto inner = cgroup::create(m_path + "/made/inside");
    VERIFY_RESULT(inner);
    const pid_t child = spawn(**inner, sleepForever);
    QTRY_COMPARE(m_group->processes().value(), std::vector<pid_t>{child});
    VERIFY_RESULT(m_group->killAll());
    VERIFY_RESULT(m_group->remove());
    QVERIFY(!cgroup::open(m_path + "/made"));
    VERIFY_RESULT(m_group->remove()); // gone already
    VERIFY_RESULT(m_group->killAll());
    QCOMPARE(m_group->usage().error().kind, ErrorKind::NotFound);
    auto again = cgroup::create(m_path); // for cleanup()
    VERIFY_RESULT(again);
    m_group = std::move(*again);
}

void TestCgroup::doesNotRemoveWhatHasProcesses()
{
    const pid_t child = spawn(*m_group, sleepForever);
    QTRY_COMPARE(m_group->processes().value(), std::vector<pid_t>{child});
    const auto removed = m_group->remove();
    QVERIFY(!removed);
    QCOMPARE(removed.error().kind, ErrorKind::Busy);
}

QTEST_GUILESS_MAIN(TestCgroup)
#include "tst_cgroup.moc"
