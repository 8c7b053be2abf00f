// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/live_change.h"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

namespace lamella::layer {

/// Who changed each path last, of what was seen live. Holds about 20,000 paths of at most 16 MiB; the oldest go first,
/// and all of them where events were lost. From any thread.
class LastWriters {
public:
    struct Entry {
        Writer writer = {};
        std::chrono::microseconds time{};
        std::uint32_t kinds = 0; ///< of LiveChange::Kind; Deleted where it went by another name
        std::string from = {}; ///< what it was called when it was made; empty where it was made by that name
    };

    void take(const LiveChanges& changes);
    std::optional<Entry> find(const std::string& path) const;

private:
    using Entries = std::map<std::string, Entry>;

    void take(const LiveChange& change);
    void put(const std::string& path, Entry entry);
    std::optional<Entry> extract(const std::string& path);
    void rename(const LiveChange& change);
    void moveBelow(const std::string& from, const std::string& path);

    mutable std::mutex m_mutex;
    Entries m_recent;
    Entries m_older; ///< those before; they go when there are many recent ones
    std::size_t m_bytes = 0; ///< of the paths in m_recent
};

} // namespace lamella::layer
