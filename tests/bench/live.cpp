// SPDX-License-Identifier: GPL-3.0-or-later
// bench live: what it costs a running container that its changes are watched (Container.WatchChanges): files unpacked
// as tar does it, small files made, and a log written to, as fast as can be for a second, each in turn without and with
// a watch. The times are the writing program's own. Runs as root in a session: resources/dev/inside/bench.sh.

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

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <print>
#include <thread>

using namespace lamella;
using namespace lamella::bench;

namespace {

constexpr char kContainer[] = "org.lamella.Lamella1.Container";
constexpr char kManager[] = "org.lamella.Lamella1.Manager";

constexpr int kRounds = 9; // each leaves its files to be removed

struct Work {
    const char* name;
    int count;
};
constexpr std::array kWorks{Work{"unpack", 20'000}, Work{"create", 20'000}, Work{"append", 1'000'000}};

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

    Contender contender(const Work& work, bool watched)
    {
        return {watched ? "watched" : "not watched", [this, work, watched]() -> Result<Sample> {
                    std::optional<Watcher> watcher;
                    if (watched)
                        watcher.emplace(TRY(watch()));
                    return change(work);
                }};
    }

private:
    Result<UniqueFd> watch()
    {
        const auto answer = TRY(call(m_path, kContainer, "WatchChanges", {QVariantMap()}));
        const auto stream = answer.arguments().constFirst().value<QDBusUnixFileDescriptor>();
        return os::duplicate(BorrowedFd{stream.fileDescriptor()});
    }

    Result<Sample> change(const Work& work)
    {
        const QStringList command{QStringLiteral("/change_files"), QLatin1String(work.name),
                                  QString::number(work.count), QStringLiteral("/%1").arg(++m_round)};
        UniqueFd output;
        {
            const auto answer = TRY(call(m_path, kContainer, "Exec", {command, QVariantMap()}));
            const auto streams = qdbus_cast<dbus::UnixFds>(answer.arguments().at(1));
            output = TRY(os::duplicate(BorrowedFd{streams.at(1).fileDescriptor()}));
        }
        const auto text = QByteArray::fromStdString(TRY(os::readAll(output.borrow(), "what the program printed")));
        const auto times = text.simplified().split(' ');
        if (times.size() != 2)
            return failure(ErrorKind::Failed, std::format("{} has failed", work.name));
        return Sample{std::chrono::nanoseconds{times[0].toLongLong()}, std::chrono::nanoseconds{times[1].toLongLong()},
                      0};
    }

    Scratch& m_scratch;
    QString m_path;
    int m_round = 0;
};

Result<void> runBench(int argc, char** argv)
{
    dbus::registerTypes();
    auto options = TRY(parseOptions(argc, argv));
    options.rounds = std::min(options.rounds, kRounds);
    options.warmups = 1;
    auto scratch = TRY(Scratch::make());
    LiveBench live{scratch};
    TRY(live.prepare());
    for (const Work& work : kWorks)
        TRY(run(std::format("live: {} {}", work.name, work.count),
                {live.contender(work, false), live.contender(work, true)}, "not watched", options));
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
