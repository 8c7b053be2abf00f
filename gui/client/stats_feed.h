// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/stats_reader.h"

#include <QObject>

#include <optional>
#include <vector>

namespace lamella::client {

class ContainerClient;

/// The live figures of one container: opened when it first runs, looked at once a second (Client does that for all).
class StatsFeed : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t kRecent = 60;

    explicit StatsFeed(ContainerClient* container);

    /// The last minute, oldest first: for sparklines and the list. Empty until it has run.
    const std::vector<StatsSample>& recent() const { return m_recent; }
    /// Figures of now; nothing while it does not run or before the second sample.
    std::optional<double> cpuPercent() const;
    std::optional<quint64> memoryBytes() const;
    /// All that the helper has kept (up to 20 minutes), oldest first, read from the ring now. Opens the ring where that
    /// has not been done (a container that does not run); sampled() says when it is there.
    std::vector<StatsSample> history();

    /// Looks for new samples. Called by Client.
    void poll();
    /// Forgets the descriptor: the helper that wrote into it has gone.
    void close();

Q_SIGNALS:
    void sampled();

private:
    void open();
    bool isFresh() const;

    ContainerClient* m_container;
    std::optional<StatsReader> m_reader;
    bool m_opening = false;
    int m_retryIn = 0;
    quint64 m_written = 0;
    std::vector<StatsSample> m_recent;
};

} // namespace lamella::client
