// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/changes.h"
#include "engine/os/file.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <array>
#include <fcntl.h>
#include <format>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace lamella;
using namespace lamella::layer;
namespace fs = std::filesystem;

namespace {

constexpr int kDirectories = 100;
constexpr int kFiles = 10'000; ///< in each
constexpr std::uint64_t kAll = std::uint64_t{kDirectories} * (kFiles + 1);
constexpr qint64 kMostGrowth = 32; ///< MiB

/// A field of /proc/self/status in KiB.
qint64 memory(QByteArrayView field)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray& line : status.readAll().split('\n')) {
        if (line.startsWith(field))
            return line.mid(field.size() + 1).simplified().split(' ').constFirst().toLongLong();
    }
    return -1;
}

/// From now on the peak is that of what follows (proc_pid_clear_refs(5)).
bool forgetPeak()
{
    QFile clear(QStringLiteral("/proc/self/clear_refs"));
    return clear.open(QIODevice::WriteOnly) && clear.write("5") == 1;
}

bool makeFiles(BorrowedFd directory)
{
    for (int number = 0; number < kFiles; ++number) {
        std::array<char, 16> name{};
        *std::format_to_n(name.data(), name.size() - 1, "f{}", number).out = '\0';
        if (::mknodat(directory.get(), name.data(), S_IFREG | 0644, 0) != 0)
            return false;
    }
    return true;
}

} // namespace

/// A writable layer with a million files over a layer that has some of them. They are in memory, because a disk takes
/// minutes to make them, and empty, because a byte takes as much memory there as a page.
class MillionChangesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void allAreListedInLittleMemory();
    void whoIsToldToStopStops();
    void anotherThreadStopsIt();

private:
    fs::path m_directory;

    Result<void> read(const std::function<void(const Change&)>& sink, std::stop_token stop = {}) const
    {
        return readChanges(m_directory / "upper", {m_directory / "layer"}, 0, sink, std::move(stop));
    }
};

void MillionChangesTest::initTestCase()
{
    QCOMPARE(::geteuid(), 0u);
    QCOMPARE(::unshare(CLONE_NEWNS), 0);
    QCOMPARE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    m_directory = "/var/tmp/lamella-test-" + std::to_string(::getpid());
    fs::create_directories(m_directory);
    QCOMPARE(::mount("tmpfs", m_directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "nr_inodes=1100000"), 0);
    fs::create_directories(m_directory / "layer/d7");
    fs::create_directories(m_directory / "upper");
    for (int number = 0; number < kDirectories; ++number) {
        const fs::path directory = m_directory / "upper" / std::format("d{}", number);
        fs::create_directory(directory);
        const auto opened = os::open(directory, O_RDONLY | O_DIRECTORY);
        QVERIFY(opened && makeFiles(opened->borrow()));
    }
    // What only the layer has says nothing; one file of it is another now, and one was deleted.
    for (const char* name : {"below", "f5", "gone"}) {
        QFile file(QString::fromStdString((m_directory / "layer/d7" / name).string()));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("old") == 3);
    }
    QCOMPARE(::mknod((m_directory / "upper/d7/gone").c_str(), S_IFCHR, 0), 0);
}

void MillionChangesTest::cleanupTestCase()
{
    QCOMPARE(::umount2(m_directory.c_str(), MNT_DETACH), 0);
    QVERIFY(fs::remove(m_directory));
}

void MillionChangesTest::allAreListedInLittleMemory()
{
    QVERIFY(forgetPeak());
    const qint64 before = memory("VmRSS");
    QVERIFY(before > 0);
    std::array<std::uint64_t, 5> counts{};
    std::uint64_t paths = 0;
    const auto done = read([&](const Change& change) {
        ++counts.at(static_cast<std::size_t>(change.kind));
        paths += change.path.size();
    });
    QVERIFY2(done, done ? "" : done.error().message.c_str());
    const auto count = [&counts](ChangeKind kind) { return counts.at(static_cast<std::size_t>(kind)); };
    QCOMPARE(count(ChangeKind::Modified), 1u);
    QCOMPARE(count(ChangeKind::Deleted), 1u);
    QCOMPARE(count(ChangeKind::Attributes), 0u);
    QCOMPARE(count(ChangeKind::Copied), 0u);
    QCOMPARE(count(ChangeKind::Added), kAll - 2); // the layer has one of the directories and one of the files
    QVERIFY(paths > kAll * 6);
    const qint64 grown = (memory("VmHWM") - before) / 1024;
    QVERIFY2(grown < kMostGrowth, std::to_string(grown).c_str());
}

void MillionChangesTest::whoIsToldToStopStops()
{
    std::stop_source stop;
    int told = 0;
    const auto stopped = read(
        [&](const Change&) {
            if (++told == 25'000)
                stop.request_stop();
        },
        stop.get_token());
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
    QCOMPARE(told, 25'000);
}

void MillionChangesTest::anotherThreadStopsIt()
{
    std::stop_source stop;
    QElapsedTimer since;
    std::jthread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        since.start();
        stop.request_stop();
    });
    const auto stopped = read([](const Change&) { }, stop.get_token());
    other.join();
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
    QVERIFY2(since.elapsed() < 1000, std::to_string(since.elapsed()).c_str());
}

QTEST_GUILESS_MAIN(MillionChangesTest)
#include "tst_million_changes.moc"
