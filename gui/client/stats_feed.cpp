// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/stats_feed.h"

#include "gui/client/container_client.h"

#include <QDateTime>

namespace lamella::client {

StatsFeed::StatsFeed(ContainerClient* container)
    : m_container(container)
{
}

void StatsFeed::poll()
{
    if (!m_reader) {
        if (m_container->isAlive() && --m_retryIn <= 0)
            open();
        return;
    }
    const Outcome<quint64> written = m_reader->written();
    if (!written || *written == m_written)
        return;
    m_written = *written;
    if (auto samples = m_reader->newest(kRecent))
        m_recent = std::move(*samples);
    Q_EMIT sampled();
}

void StatsFeed::open()
{
    if (m_opening)
        return;
    m_opening = true;
    m_container->openStats().then(this, [this](Outcome<Descriptor> ring) {
        m_opening = false;
        // A ring that cannot be had now is asked for again after some seconds, not each second.
        m_retryIn = 5;
        if (!ring)
            return;
        if (auto reader = StatsReader::open(std::move(*ring))) {
            m_reader.emplace(std::move(*reader));
            m_written = 0;
            poll();
        }
    });
}

void StatsFeed::close()
{
    m_reader.reset();
    m_retryIn = 0;
}

std::vector<StatsSample> StatsFeed::history()
{
    if (!m_reader) {
        open();
        return m_recent;
    }
    return m_reader->newest(dbus::kStatsCapacity).value_or(m_recent);
}

std::optional<double> StatsFeed::cpuPercent() const
{
    if (!m_container->isAlive() || m_recent.size() < 2 || !isFresh())
        return std::nullopt;
    return client::cpuPercent(m_recent[m_recent.size() - 2], m_recent.back());
}

std::optional<quint64> StatsFeed::memoryBytes() const
{
    if (!m_container->isAlive() || m_recent.empty() || !isFresh())
        return std::nullopt;
    return m_recent.back().memoryBytes;
}

bool StatsFeed::isFresh() const
{
    // The last sample of the run before is no figure of now.
    return m_recent.back().timeUsec >= m_container->data().startedUsec;
}

} // namespace lamella::client
