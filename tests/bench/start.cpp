// SPDX-License-Identifier: GPL-3.0-or-later
// bench start: from the request to the first instruction of the container's program, by D-Bus Start, by
// lamella-runtime, by crun on the same bundle, and by a bare program that makes only the same system calls. Runs as
// root beside a helper on the system bus: resources/dev/inside/bench.sh.

#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/runtime/seccomp.h"
#include "resources/dbus/api.h"
#include "resources/dbus/types.h"
#include "tests/bench/clock.h"
#include "tests/bench/command.h"
#include "tests/bench/harness.h"
#include "tests/bench/peer_bundle.h"
#include "tests/support/layout/layout.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusReply>
#include <QDBusVariant>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QThread>

#include <fcntl.h>

#include <optional>
#include <print>

using namespace lamella;
using namespace lamella::bench;

namespace {

constexpr char kContainer[] = "org.lamella.Lamella1.Container";
constexpr char kManager[] = "org.lamella.Lamella1.Manager";

Result<QDBusMessage> call(const QString& path, const char* interface, const char* method, const QVariantList& arguments)
{
    QDBusMessage message = QDBusMessage::createMethodCall(QLatin1String(dbus::kBusName), path, QLatin1String(interface),
                                                          QLatin1String(method));
    message.setArguments(arguments);
    const QDBusMessage reply = QDBusConnection::systemBus().call(message);
    if (reply.type() != QDBusMessage::ReplyMessage)
        return failure(ErrorKind::Failed, std::format("{}: {}", method, reply.errorMessage().toStdString()));
    return reply;
}

Result<QVariant> property(const QString& path, const char* name)
{
    const QDBusMessage reply
        = TRY(call(path, "org.freedesktop.DBus.Properties", "Get", {QLatin1String(kContainer), QLatin1String(name)}));
    return reply.arguments().constFirst().value<QDBusVariant>().variant();
}

/// Loads an image whose only file is first_instruction.
Result<void> loadImage(const QString& directory)
{
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/first_instruction");
    const QString tree = directory + QStringLiteral("/tree");
    const QString layout = directory + QStringLiteral("/layout");
    for (const char* name : {"proc", "sys", "dev", "etc"})
        QDir().mkpath(tree + QLatin1Char('/') + QLatin1String(name));
    QFile::copy(program, tree + QStringLiteral("/first_instruction"));
    if (!test::writeLayout(layout, QStringLiteral("bench:latest"), {tree}, {}))
        return failure(ErrorKind::Failed, "the bench's image could not be written");
    const UniqueFd fd{::open(layout.toLocal8Bit().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const QDBusMessage job = TRY(call(QLatin1String(dbus::kRootPath), kManager, "LoadImage",
                                      {QVariant::fromValue(QDBusUnixFileDescriptor(fd.get())), QVariantMap()}));
    TRY(call(job.arguments().constFirst().value<QDBusObjectPath>().path(), "org.lamella.Lamella1.Job", "Wait",
             {QVariantMap()}));
    return {};
}

/// A container of the image above, and where its bundle is.
struct BenchContainer {
    QString path;
    QString bundle;
};

Result<BenchContainer> createContainer(const QString& root, const QString& name)
{
    const QDBusMessage reply = TRY(
        call(QLatin1String(dbus::kRootPath), kManager, "CreateContainer",
             {QStringLiteral("bench:latest"), name, QStringList{QStringLiteral("/first_instruction")},
              QVariantMap{{QStringLiteral("memory_bytes"), quint64{64} << 20}, {QStringLiteral("cpu_quota"), 1.0}}}));
    const QString path = reply.arguments().constFirst().value<QDBusObjectPath>().path();
    return BenchContainer{path, root + QStringLiteral("/containers/") + path.section(QLatin1Char('/'), -1)};
}

/// CPU time of all threads of a process: the first number of /proc/PID/task/*/schedstat, ns.
std::chrono::nanoseconds cpuOf(qint64 pid)
{
    std::chrono::nanoseconds sum{};
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(pid));
    for (const QString& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(tasks.filePath(task) + QStringLiteral("/schedstat"));
        if (file.open(QIODevice::ReadOnly))
            sum += std::chrono::nanoseconds{file.readAll().split(' ').constFirst().toLongLong()};
    }
    return sum;
}

std::uint64_t peakOf(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/status").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith("VmHWM:"))
            return line.mid(6).simplified().split(' ').constFirst().toULongLong() * 1024;
    }
    return 0;
}

Result<void> waitUntilStopped(const QString& path)
{
    for (int i = 0; i < 1000; ++i) {
        if (TRY(property(path, "State")).toString() == QLatin1String("stopped"))
            return {};
        QThread::msleep(5);
    }
    return failure(ErrorKind::Failed, "the container did not end");
}

/// What the program printed in this run: the text of the log's last line.
Result<std::chrono::nanoseconds> lastPrintedTime(const QString& path)
{
    const QDBusMessage reply = TRY(call(path, kContainer, "OpenLog", {QVariantMap()}));
    const auto fd = reply.arguments().constFirst().value<QDBusUnixFileDescriptor>();
    QFile log;
    if (!log.open(fd.fileDescriptor(), QIODevice::ReadOnly))
        return systemFailure("cannot read the log");
    log.seek(0);
    const QByteArray line = log.readAll().trimmed().split('\n').constLast();
    const auto time = printedTime(line.mid(line.lastIndexOf(' ') + 1).toStdString());
    if (!time)
        return failure(ErrorKind::Failed, std::format("the log's last line is '{}'", line.toStdString()));
    return *time;
}

Result<Sample> startByDBus(const QString& path, qint64 helperPid)
{
    const auto helperCpu = cpuOf(helperPid);
    const auto before = now();
    TRY(call(path, kContainer, "Start", {QVariantMap()}));
    const qint64 shim = TRY(property(path, "ShimPid")).toLongLong();
    Sample sample;
    sample.cpu = cpuOf(shim) + cpuOf(helperPid) - helperCpu;
    sample.peakBytes = peakOf(shim);
    TRY(waitUntilStopped(path));
    sample.elapsed = TRY(lastPrintedTime(path)) - before;
    return sample;
}

/// The command that makes a start's system calls on this bundle and nothing else (bare_start.cpp).
Result<std::vector<std::string>> bareStart(const QString& bundle, const QString& directory)
{
    QFile config(bundle + QStringLiteral("/config.json"));
    if (!config.open(QIODevice::ReadOnly))
        return failure(ErrorKind::Failed, "the bench's bundle cannot be read");
    const oci::Spec spec = TRY(oci::parseSpec(config.readAll().toStdString()));
    const auto program = TRY(runtime::compileSeccomp(spec.linux.seccomp.value()));
    QFile filter(directory + QStringLiteral("/filter"));
    if (!filter.open(QIODevice::WriteOnly)
        || filter.write(reinterpret_cast<const char*>(program.data()),
                        static_cast<qint64>(program.size() * sizeof(sock_filter)))
            < 0)
        return failure(ErrorKind::Failed, "the bench's filter cannot be written");
    const auto annotation = [&](std::string_view key) { return spec.annotations.at(std::string{key}); };
    return std::vector<std::string>{QCoreApplication::applicationDirPath().toStdString() + "/bare_start",
                                    "lamella-bench-bare",
                                    annotation(oci::kAnnotationLower),
                                    annotation(oci::kAnnotationUpper),
                                    annotation(oci::kAnnotationWork),
                                    annotation(oci::kAnnotationLayers),
                                    std::to_string(spec.linux.uidMappings.front().hostId),
                                    filter.fileName().toStdString(),
                                    spec.process.args.front()};
}

Result<void> runBench(int argc, char** argv)
{
    const Options options = TRY(parseOptions(argc, argv));
    const QString root = qEnvironmentVariable("LAMELLA_STATE");
    const qint64 helper = QDBusReply<uint>(QDBusConnection::systemBus().call(
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/"),
                                       QStringLiteral("org.freedesktop.DBus"),
                                       QStringLiteral("GetConnectionUnixProcessID"))
        << QLatin1String(dbus::kBusName)));
    const QTemporaryDir directory(QStringLiteral("/var/tmp/lamella-bench-XXXXXX"));
    TRY(loadImage(directory.path()));
    const auto ours = TRY(createContainer(root, QStringLiteral("bench-dbus")));
    const auto runtime = TRY(createContainer(root, QStringLiteral("bench-runtime")));
    const auto peer = TRY(createContainer(root, QStringLiteral("bench-peer")));
    const auto bare = TRY(createContainer(root, QStringLiteral("bench-bare")));
    std::optional<PeerBundle> mounted = TRY(PeerBundle::mount(peer.bundle.toStdString()));
    const std::string programs = QCoreApplication::applicationDirPath().toStdString();
    const auto bareArguments = TRY(bareStart(bare.bundle, directory.path()));
    const auto command
        = [](std::vector<std::string> arguments) { return [arguments] { return timeToFirstInstruction(arguments); }; };
    const Result<void> result = run("start",
                                    {
                                        {"bare system calls", command(bareArguments)},
                                        {"lamella, D-Bus Start", [&] { return startByDBus(ours.path, helper); }},
                                        {"lamella-runtime run",
                                         command({programs + "/lamella-runtime", "run", "--bundle",
                                                  runtime.bundle.toStdString(), "bench-runtime"})},
                                        {"crun run",
                                         command({"crun", "--root", directory.path().toStdString() + "/crun", "run",
                                                  "--bundle", peer.bundle.toStdString(), "bench-crun"})},
                                    },
                                    "crun run", options);
    mounted.reset();
    for (const BenchContainer& container : {ours, runtime, peer, bare})
        TRY(call(container.path, kContainer, "Remove",
                 {QVariantMap{{QStringLiteral("force"), true}, {QStringLiteral("permanently"), true}}}));
    return result;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    dbus::registerTypes();
    if (const auto result = runBench(argc, argv); !result) {
        std::println(stderr, "bench start: {}", result.error().message);
        return 1;
    }
    return 0;
}
