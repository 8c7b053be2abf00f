// SPDX-License-Identifier: GPL-3.0-or-later
// bench start: from the request to the first instruction of the container's program, by D-Bus Start, by
// lamella-runtime, by crun and runc on the same bundle, and by a bare program that makes only the same system calls;
// and the same for another program in a running container. Runs as root beside a helper on the system bus:
// resources/dev/inside/bench.sh.

#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/runtime/seccomp.h"
#include "resources/dbus/api.h"
#include "resources/dbus/types.h"
#include "tests/bench/clock.h"
#include "tests/bench/command.h"
#include "tests/bench/harness.h"
#include "tests/bench/peer_bundle.h"
#include "tests/bench/process.h"
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

#include <format>
#include <print>
#include <string>
#include <utility>
#include <vector>

using namespace lamella;
using namespace lamella::bench;

namespace {

constexpr char kContainer[] = "org.lamella.Lamella1.Container";
constexpr char kManager[] = "org.lamella.Lamella1.Manager";
constexpr char kFirstInstruction[] = "/first_instruction";
/// Sleeps where it is told nothing.
constexpr char kSleeper[] = "/change_files";

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

/// Loads an image whose files are first_instruction and a program that sleeps.
Result<void> loadImage(const QString& directory)
{
    const QString tree = directory + QStringLiteral("/tree");
    const QString layout = directory + QStringLiteral("/layout");
    for (const char* name : {"proc", "sys", "dev", "etc"})
        QDir().mkpath(tree + QLatin1Char('/') + QLatin1String(name));
    for (const char* program : {kFirstInstruction, kSleeper})
        QFile::copy(QCoreApplication::applicationDirPath() + QLatin1String(program), tree + QLatin1String(program));
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

Result<BenchContainer> createContainer(const QString& root, const QString& name, const char* program)
{
    const QDBusMessage reply = TRY(
        call(QLatin1String(dbus::kRootPath), kManager, "CreateContainer",
             {QStringLiteral("bench:latest"), name, QStringList{QLatin1String(program)},
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

/// A container runtime with a state directory of its own.
struct Runtime {
    std::string name;
    std::vector<std::string> command;

    std::vector<std::string> with(std::vector<std::string> arguments) const
    {
        std::vector<std::string> whole = command;
        whole.insert(whole.end(), arguments.begin(), arguments.end());
        return whole;
    }

    Contender contender(std::vector<std::string> arguments) const
    {
        return {std::format("{} {}", name, arguments.front()),
                [whole = with(std::move(arguments))] { return timeToFirstInstruction(whole); }};
    }
};

/// Ours comes first.
std::vector<Runtime> runtimes(const std::string& directory)
{
    const std::string ours = QCoreApplication::applicationDirPath().toStdString() + "/lamella-runtime";
    return {{"lamella-runtime", {ours, "--root", directory + "/lamella"}},
            {"crun", {"crun", "--root", directory + "/crun"}},
            {"runc", {"runc", "--root", directory + "/runc"}}};
}

/// The containers of one bench, removed with it.
class Containers {
public:
    explicit Containers(QString root)
        : m_root(std::move(root))
    {
    }
    Containers(const Containers&) = delete;
    Containers& operator=(const Containers&) = delete;
    ~Containers()
    {
        m_mounted.clear();
        for (const BenchContainer& container : m_containers) {
            const QVariantMap options{{QStringLiteral("force"), true}, {QStringLiteral("permanently"), true}};
            if (const auto removed = call(container.path, kContainer, "Remove", {options}); !removed)
                std::println(stderr, "bench start: {}", removed.error().message);
        }
    }

    Result<BenchContainer> create(const QString& name, const char* program)
    {
        m_containers.push_back(TRY(createContainer(m_root, name, program)));
        return m_containers.back();
    }

    /// One bundle for each runtime; all but the first, which is ours, find the overlay mounted.
    Result<std::vector<std::string>> createBundles(const std::vector<Runtime>& runtimes, const char* program)
    {
        std::vector<std::string> bundles;
        for (const Runtime& runtime : runtimes) {
            const QString name
                = QStringLiteral("bench-%1-%2").arg(QString::fromStdString(runtime.name)).arg(m_containers.size());
            bundles.push_back(TRY(create(name, program)).bundle.toStdString());
            if (bundles.size() > 1)
                m_mounted.push_back(TRY(PeerBundle::mount(bundles.back())));
        }
        return bundles;
    }

private:
    QString m_root;
    std::vector<BenchContainer> m_containers;
    std::vector<PeerBundle> m_mounted;
};

Result<void> benchStart(const QString& root, const QString& directory, const Options& options)
{
    const qint64 helper = QDBusReply<uint>(QDBusConnection::systemBus().call(
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/"),
                                       QStringLiteral("org.freedesktop.DBus"),
                                       QStringLiteral("GetConnectionUnixProcessID"))
        << QLatin1String(dbus::kBusName)));
    Containers containers{root};
    const auto ours = TRY(containers.create(QStringLiteral("bench-dbus"), kFirstInstruction));
    const auto bare = TRY(containers.create(QStringLiteral("bench-bare"), kFirstInstruction));
    const Runtime bareSystemCalls{"bare system calls", TRY(bareStart(bare.bundle, directory))};
    std::vector<Contender> contenders{
        {bareSystemCalls.name, [&] { return timeToFirstInstruction(bareSystemCalls.command); }},
        {"lamella, D-Bus Start", [&] { return startByDBus(ours.path, helper); }}};
    const auto all = runtimes(directory.toStdString());
    const auto bundles = TRY(containers.createBundles(all, kFirstInstruction));
    for (std::size_t i = 0; i < all.size(); ++i)
        contenders.push_back(all[i].contender({"run", "--bundle", bundles[i], "bench-" + all[i].name}));
    return run("start", contenders, "crun run", options);
}

Result<void> benchExec(const QString& root, const QString& directory, const Options& options)
{
    Containers containers{root};
    const auto all = runtimes(directory.toStdString());
    const auto bundles = TRY(containers.createBundles(all, kSleeper));
    const std::string log = directory.toStdString() + "/log";
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string id = "bench-exec-" + all[i].name;
        TRY(runProgram(all[i].with({"run", "--detach", "--bundle", bundles[i], id}), log));
        contenders.push_back(all[i].contender({"exec", id, kFirstInstruction}));
    }
    const auto result = run("exec", contenders, "crun exec", options);
    for (const Runtime& runtime : all)
        TRY(runProgram(runtime.with({"delete", "--force", "bench-exec-" + runtime.name}), log));
    return result;
}

Result<void> runBench(int argc, char** argv)
{
    const Options options = TRY(parseOptions(argc, argv));
    const QString root = qEnvironmentVariable("LAMELLA_STATE");
    const QTemporaryDir directory(QStringLiteral("/var/tmp/lamella-bench-XXXXXX"));
    TRY(loadImage(directory.path()));
    TRY(benchStart(root, directory.path(), options));
    return benchExec(root, directory.path(), options);
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
