// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/change_gatherer.h"

#include <utility>

namespace lamella::layer {

namespace {
constexpr std::size_t kMostPaths = 4096;

/// What was renamed and deleted came from elsewhere; what is made by that name then did not.
bool isAnother(const LiveChange& before, const LiveChange& change)
{
    constexpr std::uint32_t kGone = LiveChange::Renamed | LiveChange::Deleted;
    return (before.kinds & kGone) == kGone && (change.kinds & LiveChange::Created) != 0;
}

} // namespace

void ChangeGatherer::add(LiveChange change)
{
    const bool isRenamed = (change.kinds & LiveChange::Renamed) != 0;
    const auto known = m_places.find(change.path);
    if (known != m_places.end() && !isRenamed && !isAnother(m_gathered.changes[known->second], change)) {
        LiveChange& before = m_gathered.changes[known->second];
        // What was deleted and made again may be of another type.
        const auto happened = (before.kinds | change.kinds) & ~std::uint32_t{LiveChange::Directory};
        before.kinds = happened | (change.kinds & LiveChange::Directory);
        before.writer = std::move(change.writer);
        before.time = change.time;
        return;
    }
    if (m_gathered.changes.size() >= kMostPaths)
        return addLost();
    // What comes after a renaming means another file by the same name: it stands after it.
    if (isRenamed && (change.kinds & LiveChange::Directory) != 0)
        m_places.clear();
    else if (isRenamed)
        m_places.erase(change.from);
    m_places.insert_or_assign(change.path, m_gathered.changes.size());
    m_gathered.changes.push_back(std::move(change));
}

LiveChanges ChangeGatherer::take()
{
    m_places.clear();
    return std::exchange(m_gathered, {});
}

} // namespace lamella::layer
