// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/image_client.h"

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "gui/client/wire.h"

namespace lamella::client {

ImageClient::ImageClient(Bus* bus, const QString& path, const QVariantMap& properties)
    : QObject(bus->client())
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

} // namespace lamella::client
