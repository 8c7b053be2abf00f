// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/trashedcontainer_object.h"

#include "engine/container/trash.h"
#include "helper/objects/adaptors.h"
#include "helper/objects/paths.h"
#include "helper/objects/summary.h"
#include "helper/objects/text.h"

using namespace Qt::StringLiterals;

namespace lamella::helper {

TrashedContainerObject::TrashedContainerObject(Services& services, container::Trashed trashed)
    : Object(trashPath(trashed.container.id), interfaceNamed("TrashedContainer"_L1), trashed.container.owner)
    , m_services(services)
    , m_trashed(std::move(trashed))
{
    setAdaptor(makeAdaptor(this));
}

void TrashedContainerObject::update(container::Trashed trashed)
{
    m_trashed = std::move(trashed);
    Q_EMIT touched();
}

QMap<QString, QString> TrashedContainerObject::authorizationDetails() const
{
    return {{u"container"_s, name()}};
}

QString TrashedContainerObject::id() const
{
    return fromEngine(m_trashed.container.id);
}

QString TrashedContainerObject::name() const
{
    return fromEngine(m_trashed.container.name);
}

QString TrashedContainerObject::imageId() const
{
    return fromEngine(m_trashed.container.imageId);
}

QString TrashedContainerObject::imageName() const
{
    return fromEngine(m_trashed.container.imageName);
}

qlonglong TrashedContainerObject::changes() const
{
    return m_trashed.changes ? qlonglong(*m_trashed.changes) : -1;
}

QDBusObjectPath TrashedContainerObject::Restore(const QVariantMap&, QString&)
{
    // This object is gone when the engine has answered.
    auto& containers = m_services.containers;
    const std::string id = m_trashed.container.id;
    const Call call = takeCall();
    if (const auto restored = containers.restore(id); !restored)
        return call.fail(restored.error()), QDBusObjectPath();
    const QDBusObjectPath path(containerPath(id));
    return call.reply({QVariant::fromValue(path), fromEngine(containers.find(id)->name)}), path;
}

qulonglong TrashedContainerObject::Delete(const QVariantMap&)
{
    m_services.containers.trash().erase(m_trashed.container.id, [call = takeCall()](const Result<Bytes>& erased) {
        if (erased)
            call.reply({qulonglong(erased->value)});
        else
            call.fail(erased.error());
    });
    return 0;
}

qulonglong TrashedContainerObject::SummarizeChanges(const QVariantMap&, qulonglong&, dbus::PathNumbers&,
                                                    dbus::PathNumbers&)
{
    const auto& trash = m_services.containers.trash();
    answerSummary(m_services, takeCall(),
                  changeSourceOf(m_services, trash.overlay(m_trashed.container.id), m_trashed.container));
    return 0;
}

} // namespace lamella::helper
