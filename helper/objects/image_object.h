// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "helper/dbus/object.h"
#include "helper/objects/services.h"
#include "resources/dbus/types.h"

#include <functional>
#include <set>

namespace lamella::helper {

/// One image as one user has it.
class ImageObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Id READ id CONSTANT)
    Q_PROPERTY(uint Owner READ ownerUid CONSTANT)
    Q_PROPERTY(QStringList References READ references)
    Q_PROPERTY(qulonglong CreatedUsec READ createdUsec CONSTANT)
    Q_PROPERTY(QString Platform READ platform CONSTANT)
    Q_PROPERTY(qulonglong SizeBytes READ sizeBytes CONSTANT)
    Q_PROPERTY(QStringList Command READ command CONSTANT)
    Q_PROPERTY(QStringList Env READ env CONSTANT)
    Q_PROPERTY(QString WorkingDir READ workingDir CONSTANT)
    Q_PROPERTY(QString User READ user CONSTANT)
    Q_PROPERTY(lamella::dbus::LayerList Layers READ layers CONSTANT)
    Q_PROPERTY(lamella::dbus::ObjectPaths UsedBy READ usedBy)

public:
    ImageObject(Services& services, image::Image image);

    const image::Image& image() const { return m_image; }
    /// The same image with other names.
    void update(image::Image image);
    /// The containers that were made of it.
    void setUsers(const std::set<std::string>& containers);

    QString id() const;
    uint ownerUid() const { return m_image.owner; }
    QStringList references() const;
    qulonglong createdUsec() const { return qulonglong(m_image.created.count()); }
    QString platform() const;
    qulonglong sizeBytes() const { return m_image.size().value; }
    QStringList command() const;
    QStringList env() const;
    QString workingDir() const;
    QString user() const;
    dbus::LayerList layers() const;
    const dbus::ObjectPaths& usedBy() const { return m_usedBy; }

    // The contract's methods.
    void Remove(const QVariantMap& options);
    void Tag(const QString& reference, const QVariantMap& options);
    void Untag(const QString& reference, const QVariantMap& options);
    dbus::History GetHistory(const QVariantMap& options);
    QString Inspect(const QVariantMap& options, QString& config);
    QDBusUnixFileDescriptor OpenLayers(const QVariantMap& options);
    QByteArray ListDirectory(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor& files,
                             QByteArray& next);
    dbus::FileInfo ReadFile(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor& content);
    QDBusObjectPath Push(const QString& reference, const QVariantMap& options);

private:
    /// Does `work` on a thread and then answers the running method's call; images may have changed.
    void change(Background& pool, std::function<Result<void>()> work);
    /// Does `work` on a thread and answers with what `convert` makes of its result.
    template <class Work, class Convert>
    void read(Work work, Convert convert);

    Services& m_services;
    image::Image m_image;
    dbus::ObjectPaths m_usedBy;
};

} // namespace lamella::helper
