// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/bus.h"
#include "gui/client/changes_reader.h"
#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/client/files_reader.h"
#include "gui/client/memory_file.h"

#include <QDBusObjectPath>

// The calls of ContainerClient about its files.
namespace lamella::client {

namespace {

FileVersion versionOf(const dbus::FileInfo& info, QByteArray content)
{
    FileVersion file;
    file.exists = info.exists;
    file.type = fileTypeOf(info.type).value_or(FileType::File);
    file.size = info.sizeBytes;
    file.content = std::move(content);
    file.isWhole = static_cast<quint64>(file.content.size()) >= file.size;
    file.linkTarget = QString::fromUtf8(info.target);
    file.digest = info.digest;
    file.mode = info.mode;
    file.uid = info.uid;
    file.gid = info.gid;
    file.mtimeUsec = info.mtimeUsec;
    return file;
}

} // namespace

Pending<FileVersion> ContainerClient::readFile(const QByteArray& path, Version version)
{
    const QString which = version == Version::Image ? QStringLiteral("image") : QStringLiteral("container");
    return m_bus->ask<FileVersion, ContainerProxy>(
        m_path, kForever, // a digest takes as long as the file is
        [&](ContainerProxy& proxy) { return proxy.ReadFile(path, which, {{QStringLiteral("digest"), true}}); },
        [](const Promise<FileVersion>& promise, const auto& reply) {
            promise.give(versionOf(reply.template argumentAt<0>(), readAll(duplicate(reply.template argumentAt<1>()))));
        });
}

Pending<FileVersion> ContainerClient::readPart(const QByteArray& path, quint64 offset, quint64 length)
{
    return m_bus->ask<FileVersion, ContainerProxy>(
        m_path, kReading,
        [&](ContainerProxy& proxy) {
            return proxy.ReadFile(path, QStringLiteral("container"),
                                  {{QStringLiteral("offset"), offset}, {QStringLiteral("length"), length}});
        },
        [](const Promise<FileVersion>& promise, const auto& reply) {
            promise.give(versionOf(reply.template argumentAt<0>(), readAll(duplicate(reply.template argumentAt<1>()))));
        });
}

Pending<FileListing> ContainerClient::listDirectory(const QByteArray& path, const QByteArray& after)
{
    QVariantMap options;
    if (!after.isEmpty())
        options.insert(QStringLiteral("after"), after);
    return m_bus->ask<FileListing, ContainerProxy>(
        m_path, kReading, [&](ContainerProxy& proxy) { return proxy.ListDirectory(path, options); },
        [bus = m_bus](const Promise<FileListing>& promise, const auto& reply) {
            // Ten thousand lines are no work for the window's thread; the answer goes back to it.
            auto file = std::make_shared<Descriptor>(duplicate(reply.template argumentAt<1>()));
            const QByteArray directory = reply.template argumentAt<0>();
            const QByteArray next = reply.template argumentAt<2>();
            bus->threads().start([promise, file, directory, next, client = bus->client()] {
                auto entries = std::make_shared<Outcome<std::vector<FileEntry>>>(parseFileEntries(readAll(*file)));
                const auto give = [promise, entries, directory, next] {
                    if (*entries)
                        promise.give(FileListing{directory, std::move(**entries), next});
                    else
                        promise.fail(entries->error());
                };
                QMetaObject::invokeMethod(client, give, Qt::QueuedConnection);
            });
        });
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
    QVariantMap given;
    if (attributes.mode)
        given.insert(QStringLiteral("mode"), *attributes.mode);
    if (attributes.uid)
        given.insert(QStringLiteral("uid"), *attributes.uid);
    if (attributes.gid)
        given.insert(QStringLiteral("gid"), *attributes.gid);
    return m_bus->tell<ContainerProxy>(m_path,
                                       [&](ContainerProxy& proxy) { return proxy.SetFileAttributes(path, given); });
}

} // namespace lamella::client
