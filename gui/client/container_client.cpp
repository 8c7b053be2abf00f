// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/container_client.h"

#include "gui/client/bus.h"
#include "gui/client/change_summary.h"
#include "gui/client/changes_reader.h"
#include "gui/client/client.h"
#include "gui/client/layer_call.h"
#include "gui/client/stats_feed.h"
#include "gui/client/wire.h"

#include <QDBusObjectPath>

namespace lamella::client {

ContainerClient::ContainerClient(Bus* bus, const QString& path, const QVariantMap& properties)
    : FileSource(bus->client())
    , m_bus(bus)
    , m_path(path)
    , m_stats(std::make_unique<StatsFeed>(this))
{
    read(properties, m_data);
}

ContainerClient::~ContainerClient() = default;

void ContainerClient::update(const QVariantMap& properties)
{
    ContainerData next = m_data;
    read(properties, next);
    if (next == m_data)
        return;
    const ContainerState before = m_data.state;
    m_data = std::move(next);
    if (m_data.state != before)
        Q_EMIT stateChanged(before);
    Q_EMIT changed();
}

Pending<void> ContainerClient::start()
{
    return m_bus->tell<ContainerProxy>(m_path, [](ContainerProxy& proxy) { return proxy.Start({}); });
}

Pending<QPointer<JobClient>> ContainerClient::stop(std::chrono::microseconds timeout)
{
    const auto usec = static_cast<qulonglong>(timeout.count());
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [usec](ContainerProxy& proxy) { return proxy.Stop(usec, {}); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

Pending<void> ContainerClient::kill(quint32 signal, bool all)
{
    const QVariantMap options = all ? QVariantMap{{QStringLiteral("all"), true}} : QVariantMap{};
    return m_bus->tell<ContainerProxy>(m_path, [&](ContainerProxy& proxy) { return proxy.Kill(signal, options); });
}

Pending<void> ContainerClient::pause()
{
    return m_bus->tell<ContainerProxy>(m_path, [](ContainerProxy& proxy) { return proxy.Pause({}); });
}

Pending<void> ContainerClient::resume()
{
    return m_bus->tell<ContainerProxy>(m_path, [](ContainerProxy& proxy) { return proxy.Resume({}); });
}

Pending<void> ContainerClient::remove(bool force, bool permanently)
{
    QVariantMap options;
    if (force)
        options.insert(QStringLiteral("force"), true);
    if (permanently)
        options.insert(QStringLiteral("permanently"), true);
    return m_bus->tell<ContainerProxy>(m_path, [&](ContainerProxy& proxy) { return proxy.Remove(options); });
}

Pending<void> ContainerClient::rename(const QString& name)
{
    return m_bus->tell<ContainerProxy>(m_path, [&](ContainerProxy& proxy) { return proxy.Rename(name, {}); });
}

Pending<SessionStreams> ContainerClient::exec(const ExecOptions& options)
{
    return m_bus->ask<SessionStreams, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.Exec(options.command, toWire(options)); },
        [bus = m_bus](const auto& promise, const auto& reply) {
            SessionStreams streams{bus->session(reply.template argumentAt<0>().path()), {}};
            for (const QDBusUnixFileDescriptor& stream : reply.template argumentAt<1>())
                streams.streams.push_back(duplicate(stream));
            promise.give(std::move(streams));
        });
}

Pending<SessionStreams> ContainerClient::attach()
{
    return m_bus->ask<SessionStreams, ContainerProxy>(
        m_path, kChanging, [](ContainerProxy& proxy) { return proxy.Attach({}); },
        [bus = m_bus](const auto& promise, const auto& reply) {
            SessionStreams streams{bus->session(reply.template argumentAt<0>().path()), {}};
            streams.streams.push_back(duplicate(reply.template argumentAt<1>()));
            promise.give(std::move(streams));
        });
}

Pending<Descriptor> ContainerClient::openLog()
{
    return m_bus->ask<Descriptor, ContainerProxy>(
        m_path, kReading, [](ContainerProxy& proxy) { return proxy.OpenLog({}); },
        [](const auto& promise, const auto& reply) { promise.give(duplicate(reply.value())); });
}

Pending<Descriptor> ContainerClient::openStats()
{
    return m_bus->ask<Descriptor, ContainerProxy>(
        m_path, kReading, [](ContainerProxy& proxy) { return proxy.OpenStats({}); },
        [](const auto& promise, const auto& reply) { promise.give(duplicate(reply.value())); });
}

Pending<std::vector<ProcessInfo>> ContainerClient::listProcesses()
{
    return m_bus->ask<std::vector<ProcessInfo>, ContainerProxy>(
        m_path, kReading, [](ContainerProxy& proxy) { return proxy.ListProcesses({}); },
        [](const auto& promise, const auto& reply) {
            std::vector<ProcessInfo> processes;
            for (const dbus::Process& one : reply.value())
                processes.push_back({one.hostPid, one.containerPid, one.parentHostPid, one.hostUid, one.containerUid,
                                     one.cpuUsec, one.residentBytes, one.state, one.command});
            promise.give(std::move(processes));
        });
}

Pending<QPointer<JobClient>> ContainerClient::commit(const NewImage& image, bool pause, const QByteArrayList& paths)
{
    QVariantMap options = toWire(image);
    if (!pause)
        options.insert(QStringLiteral("pause"), false);
    if (!paths.isEmpty())
        options.insert(QStringLiteral("paths"), QVariant::fromValue(paths));
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.Commit(image.reference, options); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

Pending<QPointer<JobClient>> ContainerClient::exportFiles(Descriptor file)
{
    const QDBusUnixFileDescriptor out = toMessage(std::move(file));
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.Export(out, {}); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

Pending<ChangeSet> ContainerClient::listChanges(quint64 most)
{
    QVariantMap options;
    if (most > 0)
        options.insert(QStringLiteral("limit"), most);
    return m_bus->ask<ChangeSet, ContainerProxy>(
        m_path, kReading, [&](ContainerProxy& proxy) { return proxy.ListChanges(options); },
        [bus = m_bus, most](const Promise<ChangeSet>& promise, const auto& reply) {
            // std::function wants what it holds to be copyable; the answer goes back to the client's own thread, and
            // the client waits for its threads before it dies.
            auto file = std::make_shared<Descriptor>(duplicate(reply.value()));
            bus->threads().start([promise, file, most, client = bus->client()] {
                auto set = std::make_shared<Outcome<ChangeSet>>(readChangeSet(*file));
                if (*set && most > 0 && (*set)->entries.size() >= most)
                    (*set)->truncated = true;
                QMetaObject::invokeMethod(
                    client, [promise, set] { promise.give(std::move(*set)); }, Qt::QueuedConnection);
            });
        });
}

Pending<LayerTreePtr> ContainerClient::openLayers(const QString& compareWith)
{
    return askForLayers<ContainerProxy>(m_bus, m_path, compareWith);
}

Pending<Descriptor> ContainerClient::watchChanges()
{
    return m_bus->ask<Descriptor, ContainerProxy>(
        m_path, kReading, [](ContainerProxy& proxy) { return proxy.WatchChanges({}); },
        [](const auto& promise, const auto& reply) { promise.give(duplicate(reply.value())); });
}

Pending<ChangeSummary> ContainerClient::summarizeChanges()
{
    return askForSummary<ContainerProxy>(m_bus, m_path);
}

Pending<std::vector<std::optional<quint64>>> ContainerClient::compareContent(const QByteArrayList& paths)
{
    using Answers = std::vector<std::optional<quint64>>;
    return m_bus->ask<Answers, ContainerProxy>(
        m_path, kForever, // it takes as long as the files are
        [&](ContainerProxy& proxy) { return proxy.CompareContent(paths, {}); },
        [](const Promise<Answers>& promise, const auto& reply) {
            Answers answers;
            const QList<qulonglong> numbers = reply.value();
            for (const qulonglong number : numbers)
                answers.push_back(number == dbus::kNotKnown ? std::nullopt : std::optional<quint64>{number});
            promise.give(std::move(answers));
        });
}

Pending<QPointer<JobClient>> ContainerClient::saveChanges(const QByteArrayList& paths, Descriptor file)
{
    const QDBusUnixFileDescriptor out = toMessage(std::move(file));
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.SaveChanges(paths, out, {}); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

Pending<QPointer<JobClient>> ContainerClient::undoChanges(const QByteArrayList& paths)
{
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.UndoChanges(paths, {}); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

} // namespace lamella::client
