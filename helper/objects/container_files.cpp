// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/container_object.h"
#include "helper/objects/file_answers.h"
#include "helper/objects/requests.h"

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Container that look at its files.
namespace lamella::helper {

container::TreeTarget ContainerObject::treeTarget() const
{
    const auto& containers = m_services.containers;
    return {containers.overlay(m_container.id), containers.configFile(m_container.id),
            containers.undoDirectory(m_container.id), runs() ? m_container.pid : 0, m_container.cgroupPath};
}

QByteArray ContainerObject::ListDirectory(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor&,
                                          QByteArray&)
{
    const auto version = treeVersion(options.value(u"version"_s, u"container"_s).toString());
    if (!version)
        return refuse(version.error()), QByteArray();
    answerDirectory(
        m_services, takeCall(),
        [source = changeSource(), target = treeTarget()](const std::stop_token&) {
            return Result<OpenFiles>{{source, target}};
        },
        path, *version, options);
    return {};
}

dbus::FileInfo ContainerObject::ReadFile(const QByteArray& path, const QString& version, const QVariantMap& options,
                                         QDBusUnixFileDescriptor&)
{
    const auto which = treeVersion(version);
    if (!which)
        return refuse(which.error()), dbus::FileInfo();
    answerFile(
        m_services, takeCall(),
        [source = changeSource()](const std::stop_token&) { return Result<OpenFiles>{{source}}; }, path, *which,
        options);
    return {};
}

} // namespace lamella::helper
