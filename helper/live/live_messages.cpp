// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/live/live_messages.h"

#include "resources/dbus/live_changes.h"

#include <climits>
#include <cstring>
#include <type_traits>

namespace lamella::helper {

namespace {

using layer::LiveChange;

static_assert(LiveChange::Created == dbus::kLiveCreated && LiveChange::Written == dbus::kLiveWritten
              && LiveChange::Attributes == dbus::kLiveAttributes && LiveChange::Deleted == dbus::kLiveDeleted
              && LiveChange::Renamed == dbus::kLiveRenamed && LiveChange::Directory == dbus::kLiveDirectory);
// The longest record has room in a message: two paths and a name.
static_assert(sizeof(dbus::LiveHeader) + sizeof(dbus::LiveRecord) + 2 * std::size_t{PATH_MAX} + 512
              <= dbus::kLiveMessage);

template <class Struct>
std::string bytesOf(const Struct& value)
{
    static_assert(std::is_trivially_copyable_v<Struct>);
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

std::string recordOf(const LiveChange& change)
{
    dbus::LiveRecord record{};
    record.kinds = change.kinds | (change.writer.isOurselves ? dbus::kLiveOurs : 0u);
    record.timeUsec = static_cast<std::uint64_t>(change.time.count());
    record.hostPid = static_cast<std::uint32_t>(change.writer.hostPid);
    record.containerPid = static_cast<std::uint32_t>(change.writer.containerPid);
    record.pathLength = static_cast<std::uint16_t>(change.path.size());
    record.fromLength = static_cast<std::uint16_t>(change.from.size());
    record.nameLength = static_cast<std::uint16_t>(change.writer.name.size());
    const std::size_t size = sizeof record + change.path.size() + change.from.size() + change.writer.name.size();
    record.size = static_cast<std::uint32_t>((size + 7) / 8 * 8);
    std::string bytes = bytesOf(record) + change.path + change.from + change.writer.name;
    bytes.resize(record.size);
    return bytes;
}

} // namespace

std::vector<std::string> liveMessages(const layer::LiveChanges& changes)
{
    std::vector<std::string> messages{bytesOf(dbus::LiveHeader{dbus::kLiveMagic, changes.rescan ? 1u : 0u})};
    for (const LiveChange& change : changes.changes) {
        const std::string record = recordOf(change);
        if (messages.back().size() + record.size() > dbus::kLiveMessage)
            messages.push_back(bytesOf(dbus::LiveHeader{dbus::kLiveMagic, 0}));
        messages.back() += record;
    }
    return messages;
}

} // namespace lamella::helper
