// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/widgets/fake_service.h"

#include "resources/dbus/api.h"
#include "resources/dbus/live_changes.h"
#include "resources/dbus/stats_ring.h"
#include "resources/dbus/types.h"
#include "tests/support/layer_tree/layer_tree_file.h"

#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDateTime>
#include <QFile>
#include <QSocketNotifier>

#include <array>
#include <cmath>
#include <fcntl.h>
#include <memory>
#include <pty.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;
using Interfaces = QMap<QString, QVariantMap>;
using ManagedObjects = QMap<QDBusObjectPath, Interfaces>;
Q_DECLARE_METATYPE(Interfaces)
Q_DECLARE_METATYPE(ManagedObjects)

namespace {

const QString kRoot = QLatin1StringView(dbus::kRootPath);
const QString kManager = QStringLiteral("org.lamella.Lamella1.Manager");
const QString kContainer = QStringLiteral("org.lamella.Lamella1.Container");
const QString kImage = QStringLiteral("org.lamella.Lamella1.Image");
const QString kSession = QStringLiteral("org.lamella.Lamella1.Session");
const QString kId(64, u'a');
const QString kDigest(64, u'b');

QString containerPath()
{
    return kRoot + QStringLiteral("/Containers/") + kId;
}

QString imagePath()
{
    return kRoot + QStringLiteral("/Images/sha256_") + kDigest;
}

quint64 now()
{
    return static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) * 1000;
}

int memoryFile(const QByteArray& content)
{
    const int fd = ::memfd_create("fake", MFD_CLOEXEC);
    if (::write(fd, content.constData(), static_cast<std::size_t>(content.size())) != content.size())
        qFatal("cannot fill a memory file");
    ::lseek(fd, 0, SEEK_SET);
    return fd;
}

QVariant descriptorVariant(int fd)
{
    QDBusUnixFileDescriptor descriptor;
    descriptor.giveFileDescriptor(fd);
    return QVariant::fromValue(descriptor);
}

} // namespace

FakeService::FakeService()
    : m_bus(QString())
    , m_container(defaultContainer())
{
    dbus::registerTypes();
    qDBusRegisterMetaType<Interfaces>();
    qDBusRegisterMetaType<ManagedObjects>();
    fillStats(0, 0);
}

FakeService::~FakeService()
{
    QDBusConnection::disconnectFromBus(QStringLiteral("fake-service"));
}

PrivateBus::~PrivateBus()
{
    m_daemon.kill();
    m_daemon.waitForFinished();
}

bool PrivateBus::start()
{
    m_daemon.start(QStringLiteral("dbus-daemon"),
                   {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address"),
                    QStringLiteral("--address=") + address()});
    if (!m_daemon.waitForStarted() || !m_daemon.waitForReadyRead())
        return false;
    return qputenv("DBUS_SYSTEM_BUS_ADDRESS", address().toUtf8());
}

bool FakeService::start(const PrivateBus& bus)
{
    m_bus = QDBusConnection::connectToBus(bus.address(), QStringLiteral("fake-service"));
    return m_bus.registerVirtualObject(kRoot, this, QDBusConnection::SubPath)
        && m_bus.registerService(QLatin1StringView(dbus::kBusName));
}

QString FakeService::containerId() const
{
    return kId;
}

QVariantMap FakeService::managerProperties() const
{
    return {{QStringLiteral("Version"), QStringLiteral("0.1.0")},
            {QStringLiteral("ApiVersion"), dbus::kApiVersion},
            {QStringLiteral("CgroupMode"), QStringLiteral("v1")},
            {QStringLiteral("CpuCount"), 2U},
            {QStringLiteral("MemoryBytes"), quint64{8} << 30}};
}

QVariantMap FakeService::imageProperties() const
{
    dbus::LayerList layers;
    const QStringList commands{QStringLiteral("ADD rootfs.tar / # busybox and its applets"),
                               QStringLiteral("COPY passwd group /etc/"),
                               QStringLiteral("RUN adduser -D -u 1000 user && mkdir -p /home/user && chown 1000:1000 "
                                              "/home/user && echo a command that is rather long")};
    for (int i = 0; i < 3; ++i)
        layers.append({QStringLiteral("sha256:") + QString(64, QChar(u'1' + i)),
                       QStringLiteral("sha256:") + QString(64, QChar(u'7' + i)), quint64{2'100'000} >> (i * 4),
                       1'760'000'000'000'000, commands[i]});
    return {{QStringLiteral("Id"), QStringLiteral("sha256:") + kDigest},
            {QStringLiteral("Owner"), quint32(::getuid())},
            {QStringLiteral("References"), QStringList{QStringLiteral("starter:latest")}},
            {QStringLiteral("CreatedUsec"), quint64{1'760'000'000'000'000}},
            {QStringLiteral("SizeBytes"), quint64{2'240'000}},
            {QStringLiteral("Layers"), QVariant::fromValue(layers)}};
}

QVariantMap FakeService::defaultContainer() const
{
    const dbus::Timeline timeline{
        {QStringLiteral("bundle"), 420},      {QStringLiteral("shim"), 1310},    {QStringLiteral("clone3"), 2230},
        {QStringLiteral("cgroup"), 2510},     {QStringLiteral("overlay"), 2890}, {QStringLiteral("mounts"), 3160},
        {QStringLiteral("pivot_root"), 3280}, {QStringLiteral("seccomp"), 3730}, {QStringLiteral("exec"), 3990}};
    return {{QStringLiteral("Id"), kId},
            {QStringLiteral("Name"), QStringLiteral("web-1")},
            {QStringLiteral("Owner"), quint32(::getuid())},
            {QStringLiteral("ImageId"), QStringLiteral("sha256:") + kDigest},
            {QStringLiteral("ImageName"), QStringLiteral("starter:latest")},
            {QStringLiteral("Command"),
             QStringList{QStringLiteral("/bin/sh"), QStringLiteral("-c"),
                         QStringLiteral("while true; do date; sleep 1; done")}},
            {QStringLiteral("State"), QStringLiteral("running")},
            {QStringLiteral("Pid"), 4242U},
            {QStringLiteral("ShimPid"), 4240U},
            {QStringLiteral("ExitStatus"), -1},
            {QStringLiteral("OomKilled"), false},
            {QStringLiteral("LastError"), QString()},
            {QStringLiteral("CreatedUsec"), now() - 500'000'000},
            {QStringLiteral("StartedUsec"), now() - 400'000'000},
            {QStringLiteral("FinishedUsec"), quint64{0}},
            {QStringLiteral("MemoryLimitBytes"), quint64{64} << 20},
            {QStringLiteral("CpuQuota"), 0.5},
            {QStringLiteral("CpuWeight"), quint64{100}},
            {QStringLiteral("PidsMax"), quint64{2048}},
            {QStringLiteral("Terminal"), false},
            {QStringLiteral("Init"), true},
            {QStringLiteral("Hostname"), kId.left(12)},
            {QStringLiteral("User"), QString()},
            {QStringLiteral("WorkingDir"), QStringLiteral("/")},
            {QStringLiteral("HostUidBase"), 100000U},
            {QStringLiteral("HostUidCount"), 65536U},
            {QStringLiteral("CgroupPath"), QStringLiteral("/lamella/") + kId},
            {QStringLiteral("StartTimeline"), QVariant::fromValue(timeline)}};
}

void FakeService::setContainer(const QVariantMap& properties)
{
    m_container.insert(properties);
    if (m_peer.isEmpty())
        return;
    QDBusMessage signal
        = QDBusMessage::createTargetedSignal(m_peer, containerPath(), QStringLiteral("org.freedesktop.DBus.Properties"),
                                             QStringLiteral("PropertiesChanged"));
    signal << kContainer << properties << QStringList();
    m_bus.send(signal);
}

void FakeService::appendLog(const QByteArray& lines)
{
    QFile log(m_directory.filePath(QStringLiteral("log")));
    if (!log.open(QIODevice::Append) || log.write(lines) != lines.size())
        qFatal("cannot write the log");
}

void FakeService::rotateLog()
{
    if (!QFile::rename(m_directory.filePath(QStringLiteral("log")), m_directory.filePath(QStringLiteral("log.1"))))
        qFatal("cannot rotate the log");
    appendLog({});
}

void FakeService::fillStats(int seconds, int gap)
{
    auto ring = std::make_unique<dbus::StatsRing>();
    ring->magic = dbus::kStatsMagic;
    ring->capacity = dbus::kStatsCapacity;
    std::uint64_t cpu = 0;
    std::uint64_t written = 0;
    for (int i = 0; i < seconds; ++i) {
        if (i > seconds / 2 && i <= seconds / 2 + gap) {
            cpu = 0;
            continue;
        }
        cpu += static_cast<std::uint64_t>(180'000 + 120'000 * std::sin(i * 0.21) + (i % 43 == 0 ? 180'000 : 0));
        dbus::StatsSample& sample = ring->samples[written++ % dbus::kStatsCapacity];
        sample.timeUsec = now() - static_cast<quint64>(seconds - 1 - i) * 1'000'000;
        sample.cpuUsec = cpu;
        sample.throttledUsec = static_cast<std::uint64_t>(i) * 20'000;
        sample.memoryBytes = static_cast<std::uint64_t>(20e6 + 9e6 * std::sin(i * 0.03));
        sample.anonBytes = sample.memoryBytes / 2;
        sample.fileBytes = sample.memoryBytes / 3;
        sample.kernelBytes = sample.memoryBytes / 8;
        sample.memoryLimitBytes = quint64{64} << 20;
        sample.cpuLimitMilli = 500;
        sample.pids = 3;
    }
    ring->written = written;
    QFile file(m_directory.filePath(QStringLiteral("stats")));
    if (!file.open(QIODevice::WriteOnly)
        || file.write(reinterpret_cast<const char*>(ring.get()), sizeof(dbus::StatsRing)) < 0)
        qFatal("cannot write the statistics");
}

void FakeService::failWith(const QString& member, const QString& errorName, const QString& message)
{
    if (errorName.isEmpty())
        m_failures.remove(member);
    else
        m_failures.insert(member, {QLatin1StringView(dbus::kErrorPrefix) + errorName, message});
}

QString FakeService::introspect(const QString&) const
{
    return {};
}

void FakeService::send(const QDBusMessage& reply)
{
    m_bus.send(reply);
}

bool FakeService::handleMessage(const QDBusMessage& message, const QDBusConnection&)
{
    ++m_calls[message.member()];
    m_peer = message.service();
    if (const auto failure = m_failures.constFind(message.member()); failure != m_failures.constEnd()) {
        send(message.createErrorReply(failure->first, failure->second));
        return true;
    }
    if (message.member() == QLatin1StringView("GetAll")) {
        answerGetAll(message);
        return true;
    }
    if (message.member() == QLatin1StringView("GetManagedObjects")) {
        const ManagedObjects objects{{QDBusObjectPath(containerPath()), {{kContainer, m_container}}},
                                     {QDBusObjectPath(imagePath()), {{kImage, imageProperties()}}}};
        send(message.createReply(QVariant::fromValue(objects)));
        return true;
    }
    if (message.interface() == kSession) {
        send(message.createReply());
        return true;
    }
    return message.interface() == kContainer && answerContainer(message);
}

void FakeService::answerGetAll(const QDBusMessage& message)
{
    const QString interface = message.arguments().value(0).toString();
    if (interface == kManager)
        send(message.createReply(managerProperties()));
    else if (interface == kContainer)
        send(message.createReply(m_container));
    else if (interface == kSession)
        send(message.createReply(m_sessions.value(message.path())));
    else
        send(message.createReply(imageProperties()));
}

void FakeService::setChanges(const QByteArray& lines)
{
    m_changes = lines;
    const dbus::LiveHeader rescan{dbus::kLiveMagic, 1};
    for (const auto& watcher : m_watchers)
        ::send(watcher.get(), &rescan, sizeof rescan, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool FakeService::answerContainer(const QDBusMessage& message)
{
    const QString member = message.member();
    if (const auto answer = tree.answer(message)) {
        send(*answer);
    } else if (member == QLatin1StringView("ListProcesses")) {
        const quint64 busy = now() % 1'000'000'000'000 / 4;
        const dbus::ProcessList list{
            {4240, 0, 1, 0, 0, 12'000, 1'900'000, QStringLiteral("S"), QStringLiteral("lamella-shim ") + kId},
            {4242, 1, 4240, 100000, 0, 2'000, 600'000, QStringLiteral("S"), QStringLiteral("/sbin/lamella-init")},
            {4243, 2, 4242, 100000, 0, busy, 812'000, QStringLiteral("S"),
             QStringLiteral("/bin/sh -c while true; do date; sleep 1; done")},
            {4250, 9, 4243, 101000, 1000, 1'000, 410'000, QStringLiteral("R"), QStringLiteral("sleep 1")}};
        send(message.createReply(QVariant::fromValue(list)));
    } else if (member == QLatin1StringView("ListChanges")) {
        send(message.createReply(descriptorVariant(memoryFile(m_changes))));
    } else if (member == QLatin1StringView("SummarizeChanges")) {
        dbus::PathNumbers none;
        send(message.createReply(
            {quint64{3}, quint64{3'000'129}, QVariant::fromValue(none), QVariant::fromValue(none)}));
    } else if (member == QLatin1StringView("CompareContent")) {
        const auto paths = qdbus_cast<QByteArrayList>(message.arguments().constFirst());
        send(message.createReply(QVariant::fromValue(QList<qulonglong>(paths.size(), 37))));
    } else if (member == QLatin1StringView("OpenLayers")) {
        send(message.createReply(
            descriptorVariant(test::sealedFile(test::layerTreeFile(4, true, test::anyLayerTree())))));
    } else if (member == QLatin1StringView("WatchChanges")) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
            return false;
        m_watchers.emplace_back(ends[0]);
        send(message.createReply(descriptorVariant(ends[1])));
    } else if (member == QLatin1StringView("OpenStats")) {
        send(message.createReply(fileVariant(QStringLiteral("stats"))));
    } else if (member == QLatin1StringView("OpenLog")) {
        appendLog({});
        send(message.createReply(fileVariant(QStringLiteral("log"))));
    } else if (member == QLatin1StringView("Exec")) {
        exec(message);
    } else if (member == QLatin1StringView("Start")) {
        setContainer({{QStringLiteral("State"), QStringLiteral("running")}});
        send(message.createReply());
    } else {
        return false;
    }
    return true;
}

QVariant FakeService::fileVariant(const QString& name) const
{
    return descriptorVariant(::open(QFile::encodeName(m_directory.filePath(name)).constData(), O_RDONLY | O_CLOEXEC));
}

void FakeService::exec(const QDBusMessage& message)
{
    int master = -1;
    const pid_t child = ::forkpty(&master, nullptr, nullptr, nullptr);
    if (child == 0) {
        ::execl("/bin/sh", "sh", nullptr);
        ::_exit(127);
    }
    const QString path = kRoot + QStringLiteral("/Sessions/%1").arg(m_sessions.size() + 1);
    const QVariantMap properties{{QStringLiteral("Kind"), QStringLiteral("exec")},
                                 {QStringLiteral("Container"), QVariant::fromValue(QDBusObjectPath(containerPath()))},
                                 {QStringLiteral("Pid"), quint32(child)},
                                 {QStringLiteral("Running"), true},
                                 {QStringLiteral("ExitStatus"), -1}};
    m_sessions.insert(path, properties);
    QDBusMessage added = QDBusMessage::createTargetedSignal(
        m_peer, kRoot, QStringLiteral("org.freedesktop.DBus.ObjectManager"), QStringLiteral("InterfacesAdded"));
    added << QVariant::fromValue(QDBusObjectPath(path)) << QVariant::fromValue(Interfaces{{kSession, properties}});
    send(added);
    QDBusUnixFileDescriptor descriptor;
    descriptor.giveFileDescriptor(master);
    send(message.createReply(
        {QVariant::fromValue(QDBusObjectPath(path)), QVariant::fromValue(dbus::UnixFds{descriptor})}));

    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    auto* ended = new QSocketNotifier(pidfd, QSocketNotifier::Read, this);
    connect(ended, &QSocketNotifier::activated, this, [this, ended, pidfd, child, path] {
        int status = 0;
        ::waitpid(child, &status, 0);
        ended->setEnabled(false);
        ended->deleteLater();
        ::close(pidfd);
        execEnded(path, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    });
}

void FakeService::execEnded(const QString& session, int status)
{
    QDBusMessage signal = QDBusMessage::createTargetedSignal(
        m_peer, session, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("PropertiesChanged"));
    const QVariantMap changed{{QStringLiteral("Running"), false}, {QStringLiteral("ExitStatus"), status}};
    m_sessions[session].insert(changed);
    signal << kSession << changed << QStringList();
    send(signal);
}
