// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"
#include "gui/client/error.h"
#include "resources/dbus/stats_ring.h"

#include <cstddef>
#include <vector>

namespace lamella::client {

using dbus::StatsSample;

/// Reads the ring that Container.OpenStats hands out. It is read with pread(2), not through a mapping: a file that is
/// cut short under a mapping would end the window with SIGBUS, here it is a short read. The ring is the only store of
/// history: what is asked for is read from it anew.
class StatsReader {
public:
    /// Checks size, magic and capacity. Errors: Malformed.
    static Outcome<StatsReader> open(Descriptor ring);

    /// How many samples have ever been written; what a reader compares to see that there are new ones.
    Outcome<quint64> written() const;
    /// The newest samples, at most `count`, oldest first, with times that only rise. Errors: Malformed.
    Outcome<std::vector<StatsSample>> newest(std::size_t count) const;

private:
    explicit StatsReader(Descriptor ring)
        : m_ring(std::move(ring))
    {
    }

    Descriptor m_ring;
};

/// CPU use between two samples of one run, in per cent of one CPU (two busy CPUs are 200); 0 where they are not of one
/// run.
double cpuPercent(const StatsSample& earlier, const StatsSample& later);

} // namespace lamella::client
