// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "helper/dbus/object.h"
#include "helper/objects/services.h"
#include "resources/dbus/types.h"

namespace lamella::helper {

/// One image as one user has it.
class ImageObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Id READ id CONSTANT)
    Q_PROPERTY(uint Owner READ ownerUid CONSTANT)
    Q_PROPERTY(QStringList References READ references)
    Q_PROPERTY(qulonglong CreatedUsec READ createdUsec CONSTANT)
    Q_PROPERTY(QString Architecture READ architecture CONSTANT)
    Q_PROPERTY(QString Os READ os CONSTANT)
    Q_PROPERTY(qulonglong SizeBytes READ sizeBytes CONSTANT)
    Q_PROPERTY(QStringList Command READ command CONSTANT)
    Q_PROPERTY(QStringList Env READ env CONSTANT)
    Q_PROPERTY(QString WorkingDir READ workingDir CONSTANT)
    Q_PROPERTY(QString User READ user CONSTANT)
    Q_PROPERTY(lamella::dbus::LayerList Layers READ layers CONSTANT)

public:
    ImageObject(Services& services, image::Image image);

    const image::Image& image() const { return m_image; }
    /// The same image with other names.
    void update(image::Image image);

    QString id() const;
    uint ownerUid() const { return m_image.owner; }
    QStringList references() const;
    qulonglong createdUsec() const { return qulonglong(m_image.created.count()); }
    QString architecture() const;
    QString os() const;
    qulonglong sizeBytes() const { return m_image.size().value; }
    QStringList command() const;
    QStringList env() const;
    QString workingDir() const;
    QString user() const;
    dbus::LayerList layers() const;

    // The contract's methods.
    void Remove(const QVariantMap& options);

private:
    Services& m_services;
    image::Image m_image;
};

} // namespace lamella::helper
