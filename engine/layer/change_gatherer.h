// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/live_change.h"

#include <cstddef>
#include <string>
#include <unordered_map>

namespace lamella::layer {

/// Puts together what happens at the same path. Holds at most 4,096 paths; what is more is a rescan. One thread.
class ChangeGatherer {
public:
    void add(LiveChange change);
    /// Something has happened that no path is known of.
    void addUnknown() { m_gathered.rescan = true; }
    /// Events were lost.
    void addLost() { m_gathered.rescan = m_gathered.lost = true; }

    bool isEmpty() const { return m_gathered.changes.empty() && !m_gathered.rescan; }
    LiveChanges take();

private:
    LiveChanges m_gathered;
    std::unordered_map<std::string, std::size_t> m_places; ///< of each path in `changes`
};

} // namespace lamella::layer
