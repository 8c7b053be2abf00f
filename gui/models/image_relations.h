// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringList>

namespace lamella::client {
class Client;
class ContainerClient;
class ImageClient;
} // namespace lamella::client

namespace lamella::models {

/// The containers that were made from an image, sorted by name.
QList<client::ContainerClient*> containersOf(const client::Client* client, const client::ImageClient* image);

/// The names of all that was made from it and needs it: of containers, and then of what is in its owner's trash.
QStringList userNames(const client::Client* client, const client::ImageClient* image);

/// What the image is for where that is not this machine; else empty.
QString foreignPlatform(const client::Client* client, const client::ImageClient* image);

/// The bytes of the layers that only `removed` have among `all`: what removing them together gives back. Together,
/// because a layer that two of them share is counted for neither alone.
quint64 bytesFreed(const QList<client::ImageClient*>& removed, const QList<client::ImageClient*>& all);

} // namespace lamella::models
