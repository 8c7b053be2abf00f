// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/object.h"
#include "helper/jobs/work.h"
#include "helper/objects/services.h"
#include "resources/dbus/types.h"

#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>

namespace lamella::helper {

/// What is not about one object: the machine, and how images and containers come to be.
class ManagerObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Version READ version CONSTANT)
    Q_PROPERTY(uint ApiVersion READ apiVersion CONSTANT)
    Q_PROPERTY(QString Platform READ platform CONSTANT)
    Q_PROPERTY(QString CgroupMode READ cgroupMode CONSTANT)
    Q_PROPERTY(uint CpuCount READ cpuCount CONSTANT)
    Q_PROPERTY(qulonglong MemoryBytes READ memoryBytes CONSTANT)
    Q_PROPERTY(uint TrashDays READ trashDays CONSTANT)

public:
    ManagerObject(Services& services, uint trashDays);

    QString version() const;
    uint apiVersion() const;
    QString platform() const;
    QString cgroupMode() const;
    uint cpuCount() const;
    qulonglong memoryBytes() const;
    uint trashDays() const { return m_trashDays; }

    // The contract's methods.
    QString ResolveReference(const QString& name, const QVariantMap& options);
    QDBusObjectPath LoadImage(const QDBusUnixFileDescriptor& source, const QVariantMap& options);
    QDBusObjectPath PullImage(const QString& reference, const QVariantMap& options);
    QDBusObjectPath ListTags(const QString& repository, const QVariantMap& options);
    QDBusObjectPath CheckLogin(const QString& registry, const QVariantMap& options);
    QDBusObjectPath SaveImages(const QStringList& images, const QDBusUnixFileDescriptor& file,
                               const QVariantMap& options);
    QDBusObjectPath ImportImage(const QDBusUnixFileDescriptor& archive, const QString& reference,
                                const QVariantMap& options);
    qulonglong GetDiskUsage(const QVariantMap& options, dbus::DiskUsage& images);
    dbus::ObjectPaths PruneImages(const QVariantMap& options, qulonglong& bytes);
    QDBusObjectPath CreateContainer(const QString& image, const QString& name, const QStringList& command,
                                    const QVariantMap& options);
    qulonglong EmptyTrash(const QVariantMap& options);

private:
    /// Begins a job of the running method's caller; the answer to the method.
    QDBusObjectPath begin(const QString& operation, const QStringList& items, Work::Function work,
                          std::function<void()> ended = {});
    /// Calls ended() when images of `owner` may have come.
    std::function<void()> refreshing(uid_t owner) const;

    Services& m_services;
    uint m_trashDays;
};

} // namespace lamella::helper
