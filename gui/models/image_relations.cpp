// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/image_relations.h"

#include "gui/client/client.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>

namespace lamella::models {

QList<client::ContainerClient*> containersOf(const client::Client* client, const client::ImageClient* image)
{
    QList<client::ContainerClient*> users = client->containers();
    users.removeIf([image](const client::ContainerClient* one) { return one->data().imageId != image->data().id; });
    std::ranges::sort(users, {}, [](const client::ContainerClient* one) { return one->data().name; });
    return users;
}

QStringList userNames(const client::Client* client, const client::ImageClient* image)
{
    QStringList names;
    const QList<client::ContainerClient*> users = containersOf(client, image);
    for (const client::ContainerClient* one : users)
        names.append(one->data().name);
    const QList<client::TrashedClient*> trash = client->trash();
    QStringList trashed;
    for (const client::TrashedClient* one : trash) {
        if (one->data().imageId == image->data().id && one->data().owner == image->data().owner)
            trashed.append(QCoreApplication::translate("ImageRelations", "%1 (in the trash)").arg(one->data().name));
    }
    trashed.sort();
    return names + trashed;
}

QString foreignPlatform(const client::Client* client, const client::ImageClient* image)
{
    const QString& own = client->manager().platform;
    const QString& theirs = image->data().platform;
    return own.isEmpty() || theirs == own || theirs.startsWith(own + u'/') ? QString() : theirs;
}

quint64 bytesFreed(const QList<client::ImageClient*>& removed, const QList<client::ImageClient*>& all)
{
    QSet<QString> counted;
    for (const client::ImageClient* image : all) {
        if (removed.contains(image))
            continue;
        for (const client::LayerInfo& layer : image->data().layers)
            counted.insert(layer.chainId);
    }
    quint64 bytes = 0;
    for (const client::ImageClient* image : removed) {
        for (const client::LayerInfo& layer : image->data().layers) {
            if (!counted.contains(layer.chainId))
                bytes += layer.sizeBytes;
            counted.insert(layer.chainId);
        }
    }
    return bytes;
}

} // namespace lamella::models
