// SPDX-License-Identifier: GPL-3.0-or-later
// bench live: what it costs a running container that its changes are watched (Container.WatchChanges): files unpacked
// as tar does it, small files made, and a log written to, as fast as can be. One program does it all the time, while it
// is watched and not watched in turn, so that what the file system makes of it meets both. The times are the program's
// own. Runs as root in a session: resources/dev/inside/bench.sh.

#include "engine/os/file.h"
#include "resources/dbus/api.h"
#include "resources/dbus/types.h"
#include "tests/bench/bus.h"
#include "tests/bench/harness.h"
#include "tests/bench/layers.h"
#include "tests/support/layout/layout.h"

#include <QCoreApplication>
#include <QDBusObjectPath>
#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <format>
#include <optional>
#include <print>
#include <thread>

using namespace lamella;
using namespace lamella::bench;

namespace {

constexpr char kContainer[] = "org.lamella.Lamella1.Container";
constexpr char kManager[] = "org.lamella.Lamella1.Manager";

/// How long one is looked at: long enough that what was saved up for a watch does not count for much.
constexpr std::chrono::seconds kWindow{3};

/// `count` times of a work are what a row's time is of.
struct Work {
    const char* name;
    int count;
};
constexpr std::array kWorks{Work{"unpack", 1'000}, Work{"create", 1'000}, Work{"append", 100'000}};

/// What the program says of itself.
struct Reached {
    std::int64_t time = 0; ///< ns
    std::int64_t cpu = 0; ///< ns
    std::int64_t count = 0;
};

/// Reads a stream of changes for as long as it lives, as a window does.
class Watcher {
public:
    explicit Watcher(UniqueFd stream)
        : m_stream(std::move(stream))
        , m_thread([fd = m_stream.get()] {
            std::array<char, 16 << 10> buffer;
            while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) { }
        })
    {
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher() { ::shutdown(m_stream.get(), SHUT_RDWR); }

private:
    UniqueFd m_stream;
    std::jthread m_thread;
};

class LiveBench {
public:
    explicit LiveBench(Scratch& scratch)
        : m_scratch(scratch)
    {
    }

    Result<void> prepare()
    {
        const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/change_files");
        const QString tree = QString::fromStdString(m_scratch.path("tree"));
        const QString layout = QString::fromStdString(m_scratch.path("layout"));
        for (const char* name : {"proc", "sys", "dev", "etc"})
            QDir().mkpath(tree + QLatin1Char('/') + QLatin1String(name));
        QFile::copy(program, tree + QStringLiteral("/change_files"));
        if (!test::writeLayout(layout, QStringLiteral("bench:latest"), {tree}, {}))
            return failure(ErrorKind::Failed, "the bench's image could not be written");
        const auto directory = TRY(os::open(layout.toStdString(), O_RDONLY | O_DIRECTORY));
        TRY(waitForJob(TRY(call(QLatin1String(dbus::kRootPath), kManager, "LoadImage",
                                {QVariant::fromValue(QDBusUnixFileDescriptor(directory.get())), QVariantMap()}))));
        const auto created
            = TRY(call(QLatin1String(dbus::kRootPath), kManager, "CreateContainer",
                       {QStringLiteral("bench:latest"), QStringLiteral("bench"),
                        QStringList{QStringLiteral("/change_files")}, QVariantMap{{QStringLiteral("start"), true}}}));
        m_path = created.arguments().constFirst().value<QDBusObjectPath>().path();
        return {};
    }

    /// The program, which works until its output is closed.
    Result<UniqueFd> begin(const Work& work)
    {
        const QStringList command{QStringLiteral("/change_files"), QLatin1String(work.name),
                                  QStringLiteral("/%1").arg(QLatin1String(work.name))};
        const auto answer = TRY(call(m_path, kContainer, "Exec", {command, QVariantMap()}));
        const auto streams = qdbus_cast<dbus::UnixFds>(answer.arguments().at(1));
        return os::duplicate(BorrowedFd{streams.at(1).fileDescriptor()});
    }

    Contender contender(const Work& work, bool watched, BorrowedFd output)
    {
        return {watched ? "watched" : "not watched", [this, work, watched, output]() -> Result<Sample> {
                    std::optional<Watcher> watcher;
                    if (watched)
                        watcher.emplace(TRY(watch()));
                    const Reached first = TRY(readFor(output, std::chrono::milliseconds{100}));
                    const Reached last = TRY(readFor(output, kWindow));
                    const double part = static_cast<double>(work.count) / static_cast<double>(last.count - first.count);
                    const auto share = [part](std::int64_t all) {
                        return std::chrono::nanoseconds{std::llround(static_cast<double>(all) * part)};
                    };
                    return Sample{share(last.time - first.time), share(last.cpu - first.cpu), 0};
                }};
    }

private:
    Result<UniqueFd> watch()
    {
        const auto answer = TRY(call(m_path, kContainer, "WatchChanges", {QVariantMap()}));
        const auto stream = answer.arguments().constFirst().value<QDBusUnixFileDescriptor>();
        return os::duplicate(BorrowedFd{stream.fileDescriptor()});
    }

    /// Reads what the program says until `time` has passed, and gives the last of it.
    static Result<Reached> readFor(BorrowedFd output, std::chrono::milliseconds time)
    {
        const auto end = std::chrono::steady_clock::now() + time;
        QByteArray text;
        while (std::chrono::steady_clock::now() < end || !text.endsWith('\n')) {
            std::array<char, 4096> buffer;
            const ssize_t n = ::read(output.get(), buffer.data(), buffer.size());
            if (n <= 0)
                return failure(ErrorKind::Failed, "the program has ended");
            text.append(buffer.data(), n);
            text = text.mid(text.lastIndexOf('\n', -2) + 1);
        }
        const auto numbers = text.simplified().split(' ');
        if (numbers.size() != 3)
            return failure(ErrorKind::Failed, "the program says something else");
        return Reached{numbers[0].toLongLong(), numbers[1].toLongLong(), numbers[2].toLongLong()};
    }

    Scratch& m_scratch;
    QString m_path;
};

Result<void> runBench(int argc, char** argv)
{
    dbus::registerTypes();
    auto options = TRY(parseOptions(argc, argv));
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    LiveBench live{scratch};
    TRY(live.prepare());
    for (const Work& work : kWorks) {
        const UniqueFd output = TRY(live.begin(work));
        TRY(run(std::format("live: {} {}", work.name, work.count),
                {live.contender(work, false, output.borrow()), live.contender(work, true, output.borrow())},
                "not watched", options));
    }
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const auto done = runBench(argc, argv);
    if (!done)
        std::println(stderr, "bench live: {}", done.error().message);
    return done ? 0 : 1;
}
