// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/last_writers.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lamella::layer {

namespace {

constexpr std::size_t kMostRecent = 10'000;
constexpr std::size_t kMostRecentBytes = 8 << 20;
/// A directory is moved as often as a container likes: what more is below it is forgotten.
constexpr std::size_t kMostMoved = 200;

} // namespace

void LastWriters::take(const LiveChanges& changes)
{
    const std::scoped_lock lock{m_mutex};
    // Where in between the lost ones were is not known: any of these paths may have had another writer since.
    if (changes.lost) {
        m_recent.clear();
        m_older.clear();
        m_bytes = 0;
        return;
    }
    for (const LiveChange& change : changes.changes)
        take(change);
}

void LastWriters::take(const LiveChange& change)
{
    if ((change.kinds & LiveChange::Renamed) != 0)
        return rename(change);
    const auto before = extract(change.path);
    const bool isAnother = (change.kinds & (LiveChange::Created | LiveChange::Deleted)) != 0;
    put(change.path, {change.writer, change.time, change.kinds, before && !isAnother ? before->from : std::string{}});
}

/// The name that it had first stays with it, until it comes back to that.
void LastWriters::rename(const LiveChange& change)
{
    const auto before = extract(change.from);
    std::string first = before && !before->from.empty() ? before->from : change.from;
    if (first == change.path)
        first.clear();
    extract(change.path);
    put(change.path, {change.writer, change.time, change.kinds, std::move(first)});
    put(change.from, {change.writer, change.time, LiveChange::Deleted, {}});
    if ((change.kinds & LiveChange::Directory) != 0)
        moveBelow(change.from + '/', change.path + '/');
}

void LastWriters::moveBelow(const std::string& from, const std::string& path)
{
    std::vector<std::pair<std::string, Entry>> moved;
    for (Entries* entries : {&m_older, &m_recent}) {
        const auto begin = entries->lower_bound(from);
        auto end = begin;
        for (; end != entries->end() && end->first.starts_with(from); ++end) {
            if (moved.size() < kMostMoved)
                moved.emplace_back(path + end->first.substr(from.size()), std::move(end->second));
        }
        entries->erase(begin, end);
    }
    for (auto& [name, entry] : moved)
        put(name, std::move(entry));
}

void LastWriters::put(const std::string& path, Entry entry)
{
    if (m_recent.size() >= kMostRecent || m_bytes >= kMostRecentBytes) {
        m_older = std::exchange(m_recent, {});
        m_bytes = 0;
    }
    const std::size_t bytes = path.size() + entry.from.size();
    if (m_recent.insert_or_assign(path, std::move(entry)).second)
        m_bytes += bytes;
}

std::optional<LastWriters::Entry> LastWriters::extract(const std::string& path)
{
    if (auto node = m_recent.extract(path)) {
        m_bytes -= std::min(m_bytes, path.size() + node.mapped().from.size());
        m_older.erase(path);
        return std::move(node.mapped());
    }
    if (auto node = m_older.extract(path))
        return std::move(node.mapped());
    return std::nullopt;
}

std::optional<LastWriters::Entry> LastWriters::find(const std::string& path) const
{
    const std::scoped_lock lock{m_mutex};
    for (const Entries* entries : {&m_recent, &m_older}) {
        if (const auto found = entries->find(path); found != entries->end())
            return found->second;
    }
    return std::nullopt;
}

} // namespace lamella::layer
