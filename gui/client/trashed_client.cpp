// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/trashed_client.h"

#include "gui/client/bus.h"
#include "gui/client/change_summary.h"
#include "gui/client/client.h"
#include "gui/client/wire.h"

namespace lamella::client {

TrashedClient::TrashedClient(Bus* bus, const QString& path, const QVariantMap& properties)
    : QObject(bus->client())
    , m_bus(bus)
    , m_path(path)
{
    read(properties, m_data);
}

void TrashedClient::update(const QVariantMap& properties)
{
    TrashedData next = m_data;
    read(properties, next);
    if (next == m_data)
        return;
    m_data = std::move(next);
    Q_EMIT changed();
}

Pending<QString> TrashedClient::restore()
{
    return m_bus->ask<QString, TrashedProxy>(
        m_path, kChanging, [](TrashedProxy& proxy) { return proxy.Restore({}); },
        [](const auto& promise, const auto& reply) { promise.give(reply.template argumentAt<1>()); });
}

Pending<quint64> TrashedClient::erase()
{
    return m_bus->ask<quint64, TrashedProxy>(
        m_path, kChanging, [](TrashedProxy& proxy) { return proxy.Delete({}); },
        [](const auto& promise, const auto& reply) { promise.give(quint64{reply.value()}); });
}

Pending<ChangeSummary> TrashedClient::summarizeChanges()
{
    return askForSummary<TrashedProxy>(m_bus, m_path);
}

} // namespace lamella::client
