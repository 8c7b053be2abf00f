// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "gui/client/descriptor.h"
#include "gui/client/files_reader.h"
#include "gui/client/memory_file.h"
#include "gui/client/wire.h"

#include <memory>

/// Private to this folder: looking at files, which containers and images answer alike.
namespace lamella::client {

/// Gives what a ReadFile answered.
inline constexpr auto takeFile = [](const Promise<FileVersion>& promise, const auto& reply) {
    promise.give(fileVersion(reply.template argumentAt<0>(), readAll(duplicate(reply.template argumentAt<1>()))));
};

/// The options of a ListDirectory that goes on behind `after`.
inline QVariantMap listingOptions(const QByteArray& after)
{
    return after.isEmpty() ? QVariantMap() : QVariantMap{{QStringLiteral("after"), after}};
}

/// The options of a ReadFile.
inline QVariantMap partOptions(quint64 offset, quint64 length)
{
    return {{QStringLiteral("offset"), offset}, {QStringLiteral("length"), length}};
}

template <class Proxy>
Pending<FileListing> askForDirectory(Bus* bus, const QString& object, const QByteArray& path, const QByteArray& after)
{
    return bus->ask<FileListing, Proxy>(
        object, kReading, [&](Proxy& proxy) { return proxy.ListDirectory(path, listingOptions(after)); },
        [bus](const Promise<FileListing>& promise, const auto& reply) {
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

} // namespace lamella::client
