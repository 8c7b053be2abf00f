// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/job_client.h"

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "gui/client/wire.h"

namespace lamella::client {

JobClient::JobClient(Bus* bus, const QString& path, const QVariantMap& properties)
    : QObject(bus->client())
    , m_bus(bus)
    , m_path(path)
{
    read(properties, m_data);
}

void JobClient::update(const QVariantMap& properties)
{
    JobData next = m_data;
    read(properties, next);
    if (next == m_data)
        return;
    m_data = std::move(next);
    Q_EMIT changed();
}

Pending<void> JobClient::cancel()
{
    return m_bus->tell<JobProxy>(m_path, [](JobProxy& proxy) { return proxy.Cancel({}); });
}

Pending<QStringList> JobClient::wait()
{
    return m_bus->ask<QStringList, JobProxy>(
        m_path, kForever, [](JobProxy& proxy) { return proxy.Wait({}); },
        [](const auto& promise, const auto& reply) { promise.give(reply.value()); });
}

} // namespace lamella::client
