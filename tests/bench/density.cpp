// SPDX-License-Identifier: GPL-3.0-or-later
// bench density: sleeping containers started one after the other and left running: what a start takes at the beginning
// and at the end, what each costs the machine in memory with all that watches over it, and what of that is our shim;
// beside podman. Runs as root in a session: resources/dev/inside/bench.sh.

#include "engine/os/file.h"
#include "resources/dbus/api.h"
#include "resources/dbus/types.h"
#include "tests/bench/bus.h"
#include "tests/bench/harness.h"
#include "tests/bench/podman.h"
#include "tests/support/layout/layout.h"

#include <QCoreApplication>
#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>
#include <QDBusVariant>
#include <QDir>
#include <QFile>

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <format>
#include <functional>
#include <print>
#include <span>
#include <thread>

using namespace lamella;
using namespace lamella::bench;

namespace {

constexpr char kContainer[] = "org.lamella.Lamella1.Container";
constexpr char kManager[] = "org.lamella.Lamella1.Manager";
/// The program of the containers, which sleeps where it is told nothing.
constexpr char kProgram[] = "/change_files";

constexpr int kOurs = 300;
constexpr int kPeers = 60; ///< enough for a mean, and a minute less
/// As many at the beginning and at the end are compared.
constexpr int kEnds = 30;

/// The first number after `key` in a file of /proc, in KiB.
std::int64_t kibibytes(const QString& path, const char* key)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith(key))
            return line.mid(static_cast<qsizetype>(qstrlen(key))).simplified().split(' ').constFirst().toLongLong();
    }
    return 0;
}

std::int64_t available()
{
    return kibibytes(QStringLiteral("/proc/meminfo"), "MemAvailable:");
}

/// available(), when it has come to rest: what ended before is given back some time later by the kernel's own threads.
std::int64_t availableAtRest()
{
    using namespace std::chrono_literals;
    constexpr int kQuiet = 8; // in a row
    constexpr std::int64_t kNoise = 512; // KiB
    std::int64_t last = available();
    for (int rounds = 0, quiet = 0; quiet < kQuiet && rounds < 120; ++rounds) {
        std::this_thread::sleep_for(250ms);
        const std::int64_t now = available();
        quiet = std::abs(now - last) <= kNoise ? quiet + 1 : 0;
        last = now;
    }
    return last;
}

double median(std::span<const double> values)
{
    std::vector<double> sorted(values.begin(), values.end());
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
}

/// Starts `count` containers and prints a row.
Result<void> measure(std::string_view name, int count, const std::function<Result<void>(int)>& start)
{
    std::vector<double> times;
    const std::int64_t before = availableAtRest();
    for (int i = 0; i < count; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        TRY_WITHIN(std::format("{}, container {}", name, i + 1), start(i));
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    const std::int64_t used = before - availableAtRest();
    const std::span all{times};
    const double first = median(all.first(kEnds));
    const double last = median(all.last(kEnds));
    std::println("  {:<20}{:>12}{:>12.1f}{:>12.1f}{:>8.2f}{:>18}", name, count, first, last, last / first,
                 used / count);
    return {};
}

Result<void> writeImage(const QString& tree, const QString& layout)
{
    for (const char* name : {"proc", "sys", "dev", "etc", "run"})
        QDir().mkpath(tree + QLatin1Char('/') + QLatin1String(name));
    QFile::copy(QCoreApplication::applicationDirPath() + QLatin1String(kProgram), tree + QLatin1String(kProgram));
    if (!test::writeLayout(layout, QStringLiteral("bench:latest"), {tree}, {}))
        return failure(ErrorKind::Failed, "the bench's image could not be written");
    return {};
}

/// Containers of the session's helper.
class Ours {
public:
    Result<void> load(const QString& layout)
    {
        const auto directory = TRY(os::open(layout.toStdString(), O_RDONLY | O_DIRECTORY));
        TRY(waitForJob(TRY(call(QLatin1String(dbus::kRootPath), kManager, "LoadImage",
                                {QVariant::fromValue(QDBusUnixFileDescriptor(directory.get())), QVariantMap()}))));
        return {};
    }

    /// They are made before: their records are the store's and not a start's.
    Result<void> create(int count)
    {
        for (int i = 0; i < count; ++i) {
            const auto created = TRY(call(QLatin1String(dbus::kRootPath), kManager, "CreateContainer",
                                          {QStringLiteral("bench:latest"), QStringLiteral("bench-%1").arg(i),
                                           QStringList{QLatin1String(kProgram)}, QVariantMap()}));
            m_paths.push_back(created.arguments().constFirst().value<QDBusObjectPath>().path());
        }
        return {};
    }

    Result<void> start(int i) const
    {
        TRY(call(m_paths.at(static_cast<std::size_t>(i)), kContainer, "Start", {QVariantMap()}));
        return {};
    }

    /// The mean of what the shims take, each page shared with others counted as its part (proc(5), smaps_rollup).
    Result<double> shimKibibytes() const
    {
        std::int64_t sum = 0;
        for (const QString& path : m_paths) {
            const auto reply = TRY(call(path, "org.freedesktop.DBus.Properties", "Get",
                                        {QLatin1String(kContainer), QStringLiteral("ShimPid")}));
            const auto pid = reply.arguments().constFirst().value<QDBusVariant>().variant().toLongLong();
            sum += kibibytes(QStringLiteral("/proc/%1/smaps_rollup").arg(pid), "Pss:");
        }
        return static_cast<double>(sum) / static_cast<double>(m_paths.size());
    }

    Result<void> remove() const
    {
        for (const QString& path : m_paths)
            TRY(call(path, kContainer, "Remove",
                     {QVariantMap{{QStringLiteral("force"), true}, {QStringLiteral("permanently"), true}}}));
        return {};
    }

private:
    std::vector<QString> m_paths;
};

Result<void> measurePodman(const Scratch& scratch, const QString& layout)
{
    const Podman podman{scratch};
    TRY(podman.run({"pull", "-q", std::format("oci:{}", layout.toStdString())}));
    const std::string image = TRY(lastLine(scratch.path("podman.log")));
    const auto measured = measure("podman", kPeers, [&](int i) -> Result<void> {
        TRY(podman.run({"--cgroup-manager", "cgroupfs", "run", "--detach", "--network", "none", "--name",
                        std::format("bench-{}", i), image, kProgram}));
        return {};
    });
    TRY(podman.run({"--cgroup-manager", "cgroupfs", "rm", "--force", "--all", "--time", "0"}));
    return measured;
}

Result<void> runBench()
{
    dbus::registerTypes();
    auto scratch = TRY(Scratch::make());
    const auto layout = QString::fromStdString(scratch.path("layout"));
    TRY(writeImage(QString::fromStdString(scratch.path("tree")), layout));
    Ours ours;
    TRY(ours.load(layout));
    TRY(ours.create(kOurs));
    std::println("bench density: sleeping containers; starts: medians of the first and last {}", kEnds);
    std::println("  {:<20}{:>12}{:>12}{:>12}{:>8}{:>18}", "", "containers", "first ms", "last ms", "ratio",
                 "KiB a container");
    TRY(measure("lamella", kOurs, [&](int i) { return ours.start(i); }));
    std::println("  {:<20}{:>62.0f}", "  of it the shim", TRY(ours.shimKibibytes()));
    TRY(ours.remove());
    return measurePodman(scratch, layout);
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const auto done = runBench();
    if (!done)
        std::println(stderr, "bench density: {}", done.error().message);
    return done ? 0 : 1;
}
