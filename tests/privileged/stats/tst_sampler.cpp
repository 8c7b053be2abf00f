// SPDX-License-Identifier: GPL-3.0-or-later
// What the sampler says about real processes in a real cgroup, beside what /proc and the cgroup's files say.
#include "engine/cgroup/cgroup.h"
#include "engine/stats/sampler.h"
#include "resources/dbus/stats_ring.h"

#include <QDateTime>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <csignal>
#include <cstring>
#include <functional>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace lamella;

namespace {

constexpr std::uint32_t kBase = 300'000;
constexpr std::uint32_t kCount = 65'536;

// A process in the cgroup, in a pid namespace of its own where `flags` says so; it sleeps when `body` returns.
class Process {
public:
    Process(const cgroup::Cgroup& group, std::uint64_t flags, const std::function<void()>& body)
    {
        std::array<int, 2> ready;
        if (::pipe(ready.data()) != 0)
            return;
        const auto descriptors = group.joinDescriptors().value();
        clone_args request = {};
        request.flags = flags;
        request.exit_signal = SIGCHLD;
        m_pid = static_cast<pid_t>(::syscall(SYS_clone3, &request, sizeof request));
        if (m_pid == 0) {
            for (const auto& fd : descriptors)
                if (::write(fd.get(), "0", 1) != 1)
                    ::_exit(1);
            body();
            [[maybe_unused]] const auto written = ::write(ready[1], "x", 1);
            while (true)
                ::pause();
        }
        ::close(ready[1]);
        char byte = 0;
        m_ready = ::read(ready[0], &byte, 1) == 1;
        ::close(ready[0]);
    }
    ~Process()
    {
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return m_pid; }
    bool ready() const { return m_ready; }

private:
    pid_t m_pid = -1;
    bool m_ready = false;
};

QByteArray procField(pid_t pid, const char* key)
{
    QFile file(QStringLiteral("/proc/%1/status").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith(QByteArray(key) + ':'))
            return line.mid(qsizetype(std::strlen(key)) + 1).simplified();
    }
    return {};
}

const stats::ProcessInfo* find(const std::vector<stats::ProcessInfo>& list, pid_t pid)
{
    const auto found = std::ranges::find(list, pid, &stats::ProcessInfo::hostPid);
    return found == list.end() ? nullptr : &*found;
}

} // namespace

class TestSampler : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void cleanupTestCase();
    void listsProcessesAsProcDoes();
    void namesPidsAndUsersOfTheContainer();
    void namesCannotMislead();
    void processWithoutACommandLine();
    void shimComesFirst();
    void samplesWhatTheCgroupSays();
    void sampleOfACgroupThatIsGone();

private:
    std::string parentPath() const { return "/lamella-test-" + std::to_string(::getpid()); }
    std::unique_ptr<cgroup::Cgroup> m_group;
    std::string m_path;
    int m_count = 0;
};

void TestSampler::init()
{
    m_path = parentPath() + "/s" + std::to_string(++m_count);
    auto made = cgroup::create(m_path);
    QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
    m_group = std::move(*made);
}

void TestSampler::cleanup()
{
    QVERIFY(m_group->killAll().has_value());
    QVERIFY(m_group->remove().has_value());
}

void TestSampler::cleanupTestCase()
{
    if (const auto parent = cgroup::open(parentPath()))
        QVERIFY((*parent)->remove().has_value());
}

void TestSampler::listsProcessesAsProcDoes()
{
    const Process idle{*m_group, 0, [] { }};
    const Process busy{*m_group, 0, [] {
                           constexpr std::size_t size = 24u << 20;
                           void* memory
                               = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                           timespec used = {};
                           while (used.tv_nsec < 60'000'000 && used.tv_sec == 0) {
                               std::memset(memory, 1, size);
                               ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
                           }
                       }};
    QVERIFY(idle.ready() && busy.ready());
    QTRY_COMPARE(procField(busy.pid(), "State").left(1), "S");
    const auto list = stats::listProcesses(m_path, 0, 0, 0).value();
    QCOMPARE(list.size(), 2u);
    QVERIFY(list[0].hostPid < list[1].hostPid);
    const auto* process = find(list, busy.pid());
    QVERIFY(process);
    QCOMPARE(process->parentHostPid, ::getpid());
    QCOMPARE(process->containerPid, busy.pid()); // no pid namespace of its own
    QCOMPARE(process->hostUid, ::getuid());
    QCOMPARE(process->containerUid, ::getuid());
    QCOMPARE(process->state, 'S');
    QVERIFY(process->cpuUsec >= 40'000);
    // The kernel counts in batches for each CPU: what two files say differs by some pages.
    const auto resident = procField(busy.pid(), "VmRSS").split(' ').front().toLongLong() << 10;
    QVERIFY(std::abs(qint64(process->resident.value) - resident) < (2 << 20));
    QVERIFY(process->resident >= 24_MiB);
    QVERIFY(find(list, idle.pid())->cpuUsec < process->cpuUsec);
}

void TestSampler::namesPidsAndUsersOfTheContainer()
{
    const Process inside{*m_group, CLONE_NEWPID, [] { (void)::setuid(kBase + 7); }};
    const Process outside{*m_group, CLONE_NEWPID, [] { (void)::setuid(12); }};
    const auto list = stats::listProcesses(m_path, 0, kBase, kCount).value();
    QCOMPARE(list.size(), 2u);
    const auto* process = find(list, inside.pid());
    QVERIFY(process);
    QCOMPARE(process->containerPid, 1);
    QCOMPARE(process->hostUid, kBase + 7);
    QCOMPARE(process->containerUid, 7u);
    QCOMPARE(find(list, outside.pid())->containerUid, 65534u); // it has no name inside
}

void TestSampler::namesCannotMislead()
{
    // A name that would end the field early and bring numbers of its own, with colours and a new line.
    const Process evil{*m_group, 0, [] { ::prctl(PR_SET_NAME, ") Z 1\n\x1b[31m(", 0, 0, 0); }};
    QTRY_COMPARE(procField(evil.pid(), "State").left(1), "S");
    const auto list = stats::listProcesses(m_path, 0, 0, 0).value();
    QCOMPARE(list.size(), 1u);
    QCOMPARE(list[0].parentHostPid, ::getpid());
    QCOMPARE(list[0].state, 'S');
    QVERIFY(list[0].resident.value > 0);
    for (const char c : list[0].command)
        QVERIFY(static_cast<unsigned char>(c) >= 0x20);
}

void TestSampler::processWithoutACommandLine()
{
    const pid_t zombie = [&] {
        const auto descriptors = m_group->joinDescriptors().value();
        const pid_t pid = ::fork();
        if (pid == 0) {
            for (const auto& fd : descriptors)
                if (::write(fd.get(), "0", 1) != 1)
                    ::_exit(1);
            ::prctl(PR_SET_NAME, "a\nb", 0, 0, 0);
            ::_exit(0);
        }
        return pid;
    }();
    QTRY_COMPARE(procField(zombie, "State").left(1), "Z");
    // The cgroup does not list it any more: it is asked for as the shim.
    const auto list = stats::listProcesses(m_path, zombie, 0, 0).value();
    const auto* process = find(list, zombie);
    QVERIFY(process);
    QCOMPARE(process->state, 'Z');
    QCOMPARE(process->command,
             std::string("[a\xef\xbf\xbd"
                         "b]"));
    ::waitpid(zombie, nullptr, 0);
}

void TestSampler::shimComesFirst()
{
    const Process process{*m_group, CLONE_NEWPID, [] { }};
    const auto list = stats::listProcesses(m_path, ::getpid(), kBase, kCount).value();
    QCOMPARE(list.size(), 2u);
    QCOMPARE(list[0].hostPid, ::getpid());
    QCOMPARE(list[0].containerPid, 0);
    QVERIFY(list[0].command.find("tst_sampler") != std::string::npos);
    QCOMPARE(list[1].hostPid, process.pid());
    // A shim that has ended is left out.
    QCOMPARE(stats::listProcesses(m_path, 0x3ffffff, kBase, kCount).value().size(), 1u);
}

void TestSampler::samplesWhatTheCgroupSays()
{
    QTemporaryDir directory;
    auto ring = stats::Ring::open(directory.path().toStdString() + "/ring").value();
    const Process process{
        *m_group, 0, [] {
            constexpr std::size_t size = 24u << 20;
            std::memset(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, size);
        }};
    QVERIFY(process.ready());
    const auto before = QDateTime::currentMSecsSinceEpoch();
    const auto sampled = ring.sample(m_path, 64_MiB, 1.5);
    QVERIFY2(sampled.has_value(), sampled ? "" : sampled.error().message.c_str());
    const auto usage = m_group->usage().value();

    const auto fd = ring.openReadOnly().value();
    const auto* map = static_cast<const dbus::StatsRing*>(
        ::mmap(nullptr, sizeof(dbus::StatsRing), PROT_READ, MAP_SHARED, fd.get(), 0));
    QVERIFY(map != MAP_FAILED);
    QCOMPARE(map->written.load(), 1u);
    const auto& sample = map->samples[0];
    QVERIFY(qint64(sample.timeUsec / 1000) + 1 >= before); // Qt rounds to the nearest millisecond
    QVERIFY(qint64(sample.timeUsec / 1000) <= QDateTime::currentMSecsSinceEpoch());
    QCOMPARE(sample.memoryLimitBytes, (64_MiB).value);
    QCOMPARE(sample.cpuLimitMilli, 1500u);
    QCOMPARE(sample.pids, 1u);
    QCOMPARE(sample.oomKills, 0u);
    QVERIFY(sample.cpuUsec > 0 && sample.cpuUsec <= usage.cpuUsec);
    QVERIFY(sample.anonBytes >= (24_MiB).value);
    QVERIFY(std::abs(qint64(sample.anonBytes) - qint64(usage.memoryAnon.value)) < (1 << 20));
    QVERIFY(std::abs(qint64(sample.memoryBytes) - qint64(usage.memory.value)) < (1 << 20));
    ::munmap(const_cast<dbus::StatsRing*>(map), sizeof(dbus::StatsRing));
}

void TestSampler::sampleOfACgroupThatIsGone()
{
    QTemporaryDir directory;
    auto ring = stats::Ring::open(directory.path().toStdString() + "/ring").value();
    const auto sampled = ring.sample(parentPath() + "/gone", {}, 0);
    QVERIFY(!sampled);
    QCOMPARE(sampled.error().kind, ErrorKind::NotFound);
    QCOMPARE(stats::listProcesses(parentPath() + "/gone", 0, 0, 0).error().kind, ErrorKind::NotFound);
}

QTEST_GUILESS_MAIN(TestSampler)
#include "tst_sampler.moc"
