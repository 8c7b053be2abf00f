// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/container_object.h"

#include "helper/objects/adaptors.h"
#include "helper/objects/paths.h"
#include "helper/objects/text.h"

using namespace Qt::StringLiterals;

// What a container is; what it does stands in container_methods.cpp and container_readings.cpp.
namespace lamella::helper {

ContainerObject::ContainerObject(Services& services, container::Container container)
    : Object(containerPath(container.id), interfaceNamed("Container"_L1), container.owner)
    , m_services(services)
    , m_container(std::move(container))
{
    setAdaptor(makeAdaptor(this));
}

void ContainerObject::update(container::Container container)
{
    m_container = std::move(container);
    Q_EMIT touched();
}

QMap<QString, QString> ContainerObject::authorizationDetails() const
{
    return {{u"container"_s, name()}};
}

QString ContainerObject::id() const
{
    return fromEngine(m_container.id);
}

QString ContainerObject::name() const
{
    return fromEngine(m_container.name);
}

QString ContainerObject::imageId() const
{
    return fromEngine(m_container.imageId);
}

QString ContainerObject::imageName() const
{
    return fromEngine(m_container.imageName);
}

QStringList ContainerObject::command() const
{
    return fromEngine(m_container.command);
}

QString ContainerObject::state() const
{
    switch (m_container.state) {
    case container::State::Created:
        return u"created"_s;
    case container::State::Running:
        return u"running"_s;
    case container::State::Paused:
        return u"paused"_s;
    case container::State::Stopped:
        return u"stopped"_s;
    }
    return {};
}

bool ContainerObject::runs() const
{
    return m_container.state == container::State::Running || m_container.state == container::State::Paused;
}

QString ContainerObject::lastError() const
{
    return fromEngine(m_container.lastError);
}

QString ContainerObject::hostname() const
{
    return fromEngine(m_container.request.hostname.value_or(std::string()));
}

QString ContainerObject::user() const
{
    return fromEngine(m_container.request.user.value_or(std::string()));
}

QString ContainerObject::workingDir() const
{
    return fromEngine(m_container.request.workingDir.value_or(std::string()));
}

QString ContainerObject::cgroupPath() const
{
    return fromEngine(m_container.cgroupPath);
}

dbus::Timeline ContainerObject::startTimeline() const
{
    dbus::Timeline timeline;
    for (const auto& [step, time] : m_container.timeline)
        timeline.append({fromEngine(step), quint64(time.count())});
    return timeline;
}

} // namespace lamella::helper
