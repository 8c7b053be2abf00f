// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/live/live_changes.h"

#include "engine/container/live_watch.h"
#include "helper/dbus/peers.h"
#include "helper/live/live_readers.h"

#include <algorithm>

namespace lamella::helper {

using container::ContainerManager;

namespace {
/// Containers of which it is remembered who changed what: some MiB each at most.
constexpr std::size_t kMostRemembered = 16;
} // namespace

LiveChanges::LiveChanges(const ContainerManager& containers, const Peers& peers)
    : m_containers(containers)
{
    connect(&containers, &ContainerManager::removed, this, &LiveChanges::forget);
    connect(&peers, &Peers::left, this, &LiveChanges::leave);
}

LiveChanges::~LiveChanges() = default;

Result<UniqueFd> LiveChanges::watch(const std::string& id, const Caller& caller)
{
    auto place = TRY(m_streams.take(caller.uid));
    Watched* watched = TRY(this->watched(id));
    auto stream = watched->readers->add(caller.busName, std::move(place));
    if (!stream && watched->readers->isEmpty())
        close(id, watched->number);
    return stream;
}

Result<LiveChanges::Watched*> LiveChanges::watched(const std::string& id)
{
    const container::Container* container = m_containers.find(id);
    if (!container || container->pid <= 0)
        return failure(ErrorKind::WrongState, "the container does not run");
    if (const auto found = m_watched.find(id); found != m_watched.end()) {
        if (found->second.pid == container->pid)
            return &found->second;
        close(id, found->second.number);
    }
    const unsigned number = ++m_lastNumber;
    auto readers = std::make_shared<LiveReaders>();
    auto writers = remember(id);
    // The thread's own copies: a reader may have left, and the container have gone, while it tells.
    const auto tell = [readers, writers](const layer::LiveChanges& changes) {
        writers->take(changes);
        readers->send(changes);
    };
    const auto end = [this, id, number] {
        QMetaObject::invokeMethod(this, [this, id, number] { close(id, number); }, Qt::QueuedConnection);
    };
    std::shared_ptr<container::LiveWatch> watch
        = TRY(container::LiveWatch::start(container->pid, container->cgroupPath, tell, end));
    connect(readers.get(), &LiveReaders::emptied, this, [this, id, number] { close(id, number); });
    return &m_watched.emplace(id, Watched{std::move(readers), std::move(watch), container->pid, number}).first->second;
}

std::shared_ptr<layer::LastWriters> LiveChanges::remember(const std::string& id)
{
    auto found = std::ranges::find(m_writers, id, [](const auto& known) { return known.first; });
    if (found == m_writers.end())
        found = m_writers.insert(m_writers.begin(), {id, std::make_shared<layer::LastWriters>()});
    m_writers.splice(m_writers.begin(), m_writers, found);
    if (m_writers.size() > kMostRemembered)
        m_writers.pop_back();
    return m_writers.front().second;
}

std::shared_ptr<const layer::LastWriters> LiveChanges::writers(const std::string& id) const
{
    const auto found = std::ranges::find(m_writers, id, [](const auto& known) { return known.first; });
    return found == m_writers.end() ? nullptr : found->second;
}

void LiveChanges::close(const std::string& id, unsigned number)
{
    const auto found = m_watched.find(id);
    if (found == m_watched.end() || found->second.number != number)
        return;
    // The thread holds the readers; they end here, when it has.
    m_ending.run(
        [watch = std::move(found->second.watch)]() mutable {
            watch.reset();
            return true;
        },
        [readers = std::move(found->second.readers)](bool) {});
    m_watched.erase(found);
}

void LiveChanges::leave(const QString& busName)
{
    std::vector<std::shared_ptr<LiveReaders>> all; // the last reader that leaves takes its entry along
    for (const auto& [id, watched] : m_watched)
        all.push_back(watched.readers);
    for (const auto& readers : all)
        readers->remove(busName);
}

void LiveChanges::forget(const std::string& id)
{
    std::erase_if(m_writers, [&](const auto& known) { return known.first == id; });
}

} // namespace lamella::helper
