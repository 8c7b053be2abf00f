// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/container_client.h"
#include "gui/client/file_calls.h"
#include "gui/client/memory_file.h"

#include <QDBusObjectPath>

// The calls of ContainerClient about its files.
namespace lamella::client {

Pending<FileVersion> ContainerClient::readFile(const QByteArray& path, Version version)
{
    const QString which = version == Version::Image ? QStringLiteral("image") : QStringLiteral("container");
    return m_bus->ask<FileVersion, ContainerProxy>(
        m_path, kForever, // a digest takes as long as the file is
        [&](ContainerProxy& proxy) { return proxy.ReadFile(path, which, {{QStringLiteral("digest"), true}}); },
        takeFile);
}

Pending<FileVersion> ContainerClient::readPart(const QByteArray& path, quint64 offset, quint64 length)
{
    return m_bus->ask<FileVersion, ContainerProxy>(
        m_path, kReading,
        [&](ContainerProxy& proxy) {
            return proxy.ReadFile(path, QStringLiteral("container"), partOptions(offset, length));
        },
        takeFile);
}

Pending<FileListing> ContainerClient::listDirectory(const QByteArray& path, const QByteArray& after)
{
    return askForDirectory<ContainerProxy>(m_bus, m_path, path, after);
}

Pending<void> ContainerClient::writeFile(const QByteArray& path, const QByteArray& content, const WriteOptions& options)
{
    Descriptor file = sealedFile(content);
    if (!file.isValid()) {
        Promise<void> promise;
        promise.fail({ErrorKind::LimitExceeded, tr("There is no memory left for the content of the file.")});
        return promise.pending();
    }
    QVariantMap given;
    if (options.mode)
        given.insert(QStringLiteral("mode"), *options.mode);
    if (options.isNew)
        given.insert(QStringLiteral("new"), true);
    if (!options.replaces.isEmpty())
        given.insert(QStringLiteral("replaces"), options.replaces);
    if (options.offset)
        given.insert(QStringLiteral("offset"), *options.offset);
    const QDBusUnixFileDescriptor bytes = toMessage(std::move(file));
    return m_bus->tell<ContainerProxy>(m_path,
                                       [&](ContainerProxy& proxy) { return proxy.WriteFile(path, bytes, given); });
}

Pending<void> ContainerClient::makeDirectory(const QByteArray& path, quint32 mode)
{
    return m_bus->tell<ContainerProxy>(
        m_path, [&](ContainerProxy& proxy) { return proxy.MakeDirectory(path, {{QStringLiteral("mode"), mode}}); });
}

Pending<void> ContainerClient::makeSymlink(const QByteArray& path, const QByteArray& target)
{
    return m_bus->tell<ContainerProxy>(m_path,
                                       [&](ContainerProxy& proxy) { return proxy.MakeSymlink(path, target, {}); });
}

Pending<void> ContainerClient::moveFile(const QByteArray& from, const QByteArray& to, bool replace)
{
    const QVariantMap options = replace ? QVariantMap{{QStringLiteral("replace"), true}} : QVariantMap();
    return m_bus->tell<ContainerProxy>(m_path,
                                       [&](ContainerProxy& proxy) { return proxy.MoveFile(from, to, options); });
}

Pending<QPointer<JobClient>> ContainerClient::removeFiles(const QByteArrayList& paths)
{
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.RemoveFiles(paths, {}); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

Pending<void> ContainerClient::setFileAttributes(const QByteArray& path, const FileAttributes& attributes)
{
    return m_bus->tell<ContainerProxy>(
        m_path, [&](ContainerProxy& proxy) { return proxy.SetFileAttributes(path, toWire(attributes)); });
}

Pending<QPointer<JobClient>> ContainerClient::setAttributesBelow(const QByteArrayList& paths,
                                                                 const FileAttributes& attributes)
{
    return m_bus->ask<QPointer<JobClient>, ContainerProxy>(
        m_path, kChanging, [&](ContainerProxy& proxy) { return proxy.SetAttributesBelow(paths, toWire(attributes)); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

} // namespace lamella::client
