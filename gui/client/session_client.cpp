// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/session_client.h"

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "gui/client/wire.h"

namespace lamella::client {

SessionClient::SessionClient(Bus* bus, const QString& path, const QVariantMap& properties)
    : QObject(bus->client())
    , m_bus(bus)
    , m_path(path)
{
    read(properties, m_data);
}

SessionClient::~SessionClient() = default;

void SessionClient::update(const QVariantMap& properties)
{
    SessionData next = m_data;
    read(properties, next);
    if (next == m_data)
        return;
    m_data = std::move(next);
    Q_EMIT changed();
    if (!m_data.running)
        vanish();
}

void SessionClient::vanish()
{
    if (m_ended)
        return;
    m_ended = true;
    m_data.running = false;
    Q_EMIT ended();
}

Pending<void> SessionClient::resize(quint16 rows, quint16 columns)
{
    return m_bus->tell<SessionProxy>(m_path, [&](SessionProxy& proxy) { return proxy.Resize(rows, columns, {}); });
}

Pending<void> SessionClient::close()
{
    return m_bus->tell<SessionProxy>(m_path, [](SessionProxy& proxy) { return proxy.Close({}); });
}

} // namespace lamella::client
