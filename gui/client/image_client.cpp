// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/image_client.h"

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "gui/client/file_calls.h"
#include "gui/client/layer_call.h"
#include "gui/client/wire.h"

namespace lamella::client {

ImageClient::ImageClient(Bus* bus, const QString& path, const QVariantMap& properties)
    : FileSource(bus->client())
    , m_bus(bus)
    , m_path(path)
{
    read(properties, m_data);
}

QString ImageClient::displayName() const
{
    if (!m_data.references.isEmpty())
        return m_data.references.first();
    return m_data.id.section(u':', -1).left(12);
}

void ImageClient::update(const QVariantMap& properties)
{
    ImageData next = m_data;
    read(properties, next);
    if (next == m_data)
        return;
    m_data = std::move(next);
    Q_EMIT changed();
}

Pending<void> ImageClient::remove()
{
    return m_bus->tell<ImageProxy>(m_path, [](ImageProxy& proxy) { return proxy.Remove({}); });
}

Pending<void> ImageClient::tag(const QString& reference)
{
    return m_bus->tell<ImageProxy>(m_path, [&](ImageProxy& proxy) { return proxy.Tag(reference, {}); });
}

Pending<void> ImageClient::untag(const QString& reference)
{
    return m_bus->tell<ImageProxy>(m_path, [&](ImageProxy& proxy) { return proxy.Untag(reference, {}); });
}

Pending<std::vector<HistoryStep>> ImageClient::history()
{
    return m_bus->ask<std::vector<HistoryStep>, ImageProxy>(
        m_path, kReading, [](ImageProxy& proxy) { return proxy.GetHistory({}); },
        [](const auto& promise, const auto& reply) {
            std::vector<HistoryStep> steps;
            for (const dbus::HistoryStep& one : reply.value())
                steps.push_back({one.createdUsec, one.createdBy, one.comment, one.emptyLayer, one.sizeBytes});
            promise.give(std::move(steps));
        });
}

Pending<ImageDocuments> ImageClient::inspect()
{
    return m_bus->ask<ImageDocuments, ImageProxy>(
        m_path, kReading, [](ImageProxy& proxy) { return proxy.Inspect({}); },
        [](const auto& promise, const auto& reply) {
            promise.give(ImageDocuments{reply.template argumentAt<0>(), reply.template argumentAt<1>()});
        });
}

Pending<LayerTreePtr> ImageClient::openLayers(const QString& compareWith)
{
    return askForLayers<ImageProxy>(m_bus, m_path, compareWith);
}

Pending<FileListing> ImageClient::listDirectory(const QByteArray& path, const QByteArray& after)
{
    return askForDirectory<ImageProxy>(m_bus, m_path, path, after);
}

Pending<FileVersion> ImageClient::readPart(const QByteArray& path, quint64 offset, quint64 length)
{
    return m_bus->ask<FileVersion, ImageProxy>(
        m_path, kReading, [&](ImageProxy& proxy) { return proxy.ReadFile(path, partOptions(offset, length)); },
        takeFile);
}

Pending<QPointer<JobClient>> ImageClient::push(const QString& reference, const RegistryOptions& options)
{
    RegistryOptions without = options;
    without.platform.clear();
    without.mirrors.clear();
    return m_bus->ask<QPointer<JobClient>, ImageProxy>(
        m_path, kChanging, [&](ImageProxy& proxy) { return proxy.Push(reference, toWire(without)); },
        [bus = m_bus](const auto& promise, const auto& reply) { promise.give(bus->job(reply.value().path())); });
}

} // namespace lamella::client
