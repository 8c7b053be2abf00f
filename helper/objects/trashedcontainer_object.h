// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/trash_records.h"
#include "helper/dbus/object.h"
#include "helper/objects/services.h"
#include "resources/dbus/types.h"

#include <QDBusObjectPath>

namespace lamella::helper {

/// One container in the trash. It keeps a copy of what the engine said last.
class TrashedContainerObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Id READ id CONSTANT)
    Q_PROPERTY(QString Name READ name CONSTANT)
    Q_PROPERTY(uint Owner READ ownerUid CONSTANT)
    Q_PROPERTY(QString ImageId READ imageId CONSTANT)
    Q_PROPERTY(QString ImageName READ imageName CONSTANT)
    Q_PROPERTY(qulonglong CreatedUsec READ createdUsec CONSTANT)
    Q_PROPERTY(qulonglong RemovedUsec READ removedUsec CONSTANT)
    Q_PROPERTY(qulonglong ExpiresUsec READ expiresUsec CONSTANT)
    Q_PROPERTY(qlonglong Changes READ changes)
    Q_PROPERTY(qulonglong SizeBytes READ sizeBytes)

public:
    TrashedContainerObject(Services& services, container::Trashed trashed);

    /// What the engine says now.
    void update(container::Trashed trashed);
    QMap<QString, QString> authorizationDetails() const override;

    QString id() const;
    QString name() const;
    uint ownerUid() const { return m_trashed.container.owner; }
    QString imageId() const;
    QString imageName() const;
    qulonglong createdUsec() const { return qulonglong(m_trashed.container.created.count()); }
    qulonglong removedUsec() const { return qulonglong(m_trashed.removed.count()); }
    qulonglong expiresUsec() const { return qulonglong(m_trashed.expires.count()); }
    qlonglong changes() const;
    qulonglong sizeBytes() const { return m_trashed.bytes.value; }

    // The contract's methods.
    QDBusObjectPath Restore(const QVariantMap& options, QString& name);
    qulonglong Delete(const QVariantMap& options);
    qulonglong SummarizeChanges(const QVariantMap& options, qulonglong& bytes, dbus::PathNumbers& largest,
                                dbus::PathNumbers& newest);

private:
    Services& m_services;
    container::Trashed m_trashed;
};

} // namespace lamella::helper
