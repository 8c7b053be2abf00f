// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stats/sampler.h"
#include "helper/background.h"
#include "helper/objects/container_object.h"
#include "helper/objects/text.h"
#include "helper/stats/stats_history.h"

// The methods of org.lamella.Lamella1.Container that only read.
namespace lamella::helper {

namespace {

dbus::ProcessList toDbus(const std::vector<stats::ProcessInfo>& processes)
{
    dbus::ProcessList rows;
    for (const stats::ProcessInfo& process : processes) {
        rows.append({quint32(process.hostPid), quint32(process.containerPid), quint32(process.parentHostPid),
                     process.hostUid, process.containerUid, process.cpuUsec, process.resident.value,
                     QString(QLatin1Char(process.state)), fromEngine(process.command)});
    }
    return rows;
}

} // namespace

QDBusUnixFileDescriptor ContainerObject::OpenLog(const QVariantMap&)
{
    auto log = m_services.containers.openLog(m_container.id);
    if (!log)
        return refuse(log.error()), QDBusUnixFileDescriptor();
    return helper::toDbus(std::move(*log));
}

QDBusUnixFileDescriptor ContainerObject::OpenStats(const QVariantMap&)
{
    auto ring = m_services.stats.open(m_container.id);
    if (!ring)
        return refuse(ring.error()), QDBusUnixFileDescriptor();
    return helper::toDbus(std::move(*ring));
}

dbus::ProcessList ContainerObject::ListProcesses(const QVariantMap&)
{
    if (!runs())
        return refuse(ErrorKind::WrongState, "the container does not run"), dbus::ProcessList();
    auto place = m_services.readers.take(caller().uid);
    if (!place)
        return refuse(place.error()), dbus::ProcessList();
    m_services.background.run(
        [cgroup = m_container.cgroupPath, shim = m_container.shimPid, base = m_container.hostUidBase,
         count = m_container.hostUidCount] { return stats::listProcesses(cgroup, shim, base, count); },
        [call = takeCall(), place = *place](const Result<std::vector<stats::ProcessInfo>>& processes) {
            if (processes)
                call.reply({QVariant::fromValue(toDbus(*processes))});
            else
                call.fail(processes.error());
        });
    return {};
}

} // namespace lamella::helper
