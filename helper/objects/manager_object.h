// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/object.h"
#include "helper/objects/services.h"

#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>

namespace lamella::helper {

/// What is not about one object: the machine, and how images and containers come to be.
class ManagerObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Version READ version CONSTANT)
    Q_PROPERTY(uint ApiVersion READ apiVersion CONSTANT)
    Q_PROPERTY(QString CgroupMode READ cgroupMode CONSTANT)
    Q_PROPERTY(uint CpuCount READ cpuCount CONSTANT)
    Q_PROPERTY(qulonglong MemoryBytes READ memoryBytes CONSTANT)

public:
    explicit ManagerObject(Services& services);

    QString version() const;
    uint apiVersion() const;
    QString cgroupMode() const;
    uint cpuCount() const;
    qulonglong memoryBytes() const;

    // The contract's methods.
    QDBusObjectPath LoadImage(const QDBusUnixFileDescriptor& layout, const QVariantMap& options);
    QDBusObjectPath CreateContainer(const QString& image, const QString& name, const QStringList& command,
                                    const QVariantMap& options);

private:
    Services& m_services;
};

} // namespace lamella::helper
