// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/jobs.h"
#include "helper/jobs/undo_changes.h"
#include "helper/live/live_changes.h"
#include "helper/objects/answer_reading.h"
#include "helper/objects/change_list.h"
#include "helper/objects/container_object.h"
#include "helper/objects/content_comparison.h"
#include "helper/objects/requests.h"
#include "helper/objects/summary.h"
#include "helper/objects/text.h"

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Container about what it has changed.
namespace lamella::helper {

ChangeSource ContainerObject::changeSource() const
{
    ChangeSource source = changeSourceOf(m_services, m_services.containers.overlay(m_container.id), m_container);
    source.writers = m_services.live.writers(m_container.id);
    return source;
}

QDBusUnixFileDescriptor ContainerObject::ListChanges(const QVariantMap& options)
{
    const std::uint64_t most = options.value(u"limit"_s).toULongLong();
    answerReading(
        m_services, m_services.changeLists, takeCall(),
        [source = changeSource(), most](const std::stop_source& stop) { return writeChanges(source, most, stop); },
        [](UniqueFd changes) { return QVariantList{QVariant::fromValue(helper::toDbus(std::move(changes)))}; });
    return {};
}

QDBusUnixFileDescriptor ContainerObject::WatchChanges(const QVariantMap&)
{
    m_services.live.watch(m_container.id, caller(), [call = takeCall()](Result<UniqueFd> stream) {
        if (stream)
            call.reply({QVariant::fromValue(helper::toDbus(std::move(*stream)))});
        else
            call.fail(stream.error());
    });
    return {};
}

qulonglong ContainerObject::SummarizeChanges(const QVariantMap&, qulonglong&, dbus::PathNumbers&, dbus::PathNumbers&)
{
    answerSummary(m_services, takeCall(), changeSource());
    return 0;
}

QList<qulonglong> ContainerObject::CompareContent(const QByteArrayList& paths, const QVariantMap&)
{
    auto inside = insidePaths(paths);
    if (!inside)
        return refuse(inside.error()), QList<qulonglong>();
    if (inside->size() > kMostCompared)
        return refuse(ErrorKind::LimitExceeded,
                      std::format("no more than {} files are compared at a time", kMostCompared)),
               QList<qulonglong>();
    answerReading(
        m_services, m_services.comparisons, takeCall(),
        [source = changeSource(), paths = std::move(*inside)](const std::stop_source& stop) {
            return compareContent(source, paths, stop.get_token());
        },
        [](const std::vector<std::uint64_t>& counted) {
            return QVariantList{QVariant::fromValue(QList<qulonglong>(counted.begin(), counted.end()))};
        });
    return {};
}

Result<LayerStack> ContainerObject::layerStack() const
{
    return LayerStack{TRY(m_services.images.find(m_container.owner, m_container.imageId)),
                      m_services.containers.overlay(m_container.id)};
}

QDBusUnixFileDescriptor ContainerObject::OpenLayers(const QVariantMap& options)
{
    auto stack = layerStack();
    if (!stack)
        return refuse(stack.error()), QDBusUnixFileDescriptor();
    answerLayers(m_services, *stack, options, takeCall());
    return {};
}

QDBusObjectPath ContainerObject::UndoChanges(const QByteArrayList& paths, const QVariantMap&)
{
    auto inside = insidePaths(paths);
    if (!inside)
        return refuse(inside.error()), QDBusObjectPath();
    if (runs() && m_container.pid <= 0)
        return refuse(ErrorKind::Busy, "the container is not known well enough yet: try again"), QDBusObjectPath();
    auto& containers = m_services.containers;
    auto held = containers.hold(m_container.id, "its changes are being undone");
    if (!held)
        return refuse(held.error()), QDBusObjectPath();
    container::UndoTarget target{containers.overlay(m_container.id), containers.undoDirectory(m_container.id),
                                 runs() ? m_container.pid : 0, m_container.cgroupPath};
    const auto job = m_services.jobs.start(u"undo-changes"_s, caller().uid, {path()},
                                           undoChanges(std::move(target), std::move(*inside)), [held = *held] { });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    return QDBusObjectPath((*job)->path());
}

} // namespace lamella::helper
