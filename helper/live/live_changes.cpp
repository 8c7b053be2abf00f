// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/live/live_changes.h"

#include "engine/container/change_watch.h"
#include "helper/dbus/peers.h"
#include "helper/live/live_readers.h"

#include <algorithm>
#include <utility>

namespace lamella::helper {

using container::ContainerManager;

namespace {
/// Containers of which it is remembered who changed what: some MiB each at most.
constexpr std::size_t kMostRemembered = 16;
} // namespace

LiveChanges::LiveChanges(const ContainerManager& containers, const Peers& peers)
    : m_containers(containers)
    , m_peers(peers)
{
    connect(&containers, &ContainerManager::removed, this, &LiveChanges::forget);
    connect(&peers, &Peers::left, this, &LiveChanges::leave);
}

LiveChanges::~LiveChanges() = default;

void LiveChanges::watch(const std::string& id, const Caller& caller, Answer answer)
{
    auto place = m_streams.take(caller.uid);
    if (!place)
        return answer(std::unexpected(place.error()));
    const container::Container* container = m_containers.find(id);
    if (!container || container->pid <= 0)
        return answer(failure(ErrorKind::WrongState, "the container does not run"));
    auto found = m_watched.find(id);
    if (found != m_watched.end() && found->second.pid != container->pid) {
        close(id, found->second.number);
        found = m_watched.find(id);
    }
    if (found != m_watched.end() && found->second.isToEnd)
        return answer(failure(ErrorKind::Busy, "the container has started again just now: try again"));
    Watched& watched = found != m_watched.end() ? found->second : start(id, *container);
    Waiting reader{caller.busName, std::move(*place), std::move(answer)};
    if (watched.watch)
        serve(watched, std::move(reader));
    else
        watched.waiting.push_back(std::move(reader));
}

LiveChanges::Watched& LiveChanges::start(const std::string& id, const container::Container& container)
{
    const unsigned number = ++m_lastNumber;
    auto readers = std::make_shared<LiveReaders>();
    auto writers = known(id);
    if (!writers)
        writers = std::make_shared<layer::LastWriters>();
    // The thread's own copies: a reader may have left, and the container have gone, while it tells.
    auto tell = [readers, writers](const layer::LiveChanges& changes) {
        writers->take(changes);
        readers->send(changes);
    };
    auto end = [this, id, number] {
        QMetaObject::invokeMethod(this, [this, id, number] { close(id, number); }, Qt::QueuedConnection);
    };
    m_starting.run(
        [target = container::WatchTarget{container.pid, container.cgroupPath, m_containers.overlay(id).upper},
         tell = std::move(tell), end = std::move(end)]() mutable -> Started {
            // Moved: where it fails, the readers must not end on this thread later than on the main one.
            return container::watchChanges(target, std::move(tell), std::move(end));
        },
        [this, id, number](Started started) { take(id, number, std::move(started)); });
    connect(readers.get(), &LiveReaders::emptied, this, [this, id, number] { close(id, number); });
    Watched watched{
        .readers = std::move(readers), .writers = std::move(writers), .pid = container.pid, .number = number};
    return m_watched.emplace(id, std::move(watched)).first->second;
}

/// Until then nothing but this ends it.
void LiveChanges::take(const std::string& id, unsigned number, Started started)
{
    const auto found = m_watched.find(id);
    if (found == m_watched.end() || found->second.number != number)
        return;
    std::vector<Waiting> waiting = std::exchange(found->second.waiting, {});
    if (!started) {
        m_watched.erase(found);
        for (const Waiting& reader : waiting)
            reader.answer(std::unexpected(started.error()));
        return;
    }
    Watched& watched = found->second;
    watched.watch = std::move(*started);
    remember(id, watched.writers);
    for (Waiting& reader : waiting) {
        if (m_peers.present(reader.busName))
            serve(watched, std::move(reader));
        else
            watched.readers->keep(std::move(reader.place));
    }
    if (watched.isToEnd || watched.readers->isEmpty())
        close(id, number);
}

void LiveChanges::serve(Watched& watched, Waiting reader)
{
    reader.answer(watched.readers->add(reader.busName, std::move(reader.place)));
}

std::shared_ptr<layer::LastWriters> LiveChanges::known(const std::string& id) const
{
    if (const auto watched = m_watched.find(id); watched != m_watched.end())
        return watched->second.writers;
    const auto found = std::ranges::find(m_writers, id, [](const auto& known) { return known.first; });
    return found == m_writers.end() ? nullptr : found->second;
}

/// Those that are watched are remembered anyway, whoever else watches what.
void LiveChanges::remember(const std::string& id, const std::shared_ptr<layer::LastWriters>& writers)
{
    forget(id);
    m_writers.emplace_front(id, writers);
    auto spare = m_writers.size() > kMostRemembered ? m_writers.size() - kMostRemembered : 0;
    for (auto oldest = m_writers.end(); spare > 0 && oldest != m_writers.begin();) {
        if (--oldest; m_watched.contains(oldest->first))
            continue;
        oldest = m_writers.erase(oldest);
        --spare;
    }
}

std::shared_ptr<const layer::LastWriters> LiveChanges::writers(const std::string& id) const
{
    return known(id);
}

void LiveChanges::close(const std::string& id, unsigned number)
{
    const auto found = m_watched.find(id);
    if (found == m_watched.end() || found->second.number != number)
        return;
    if (!found->second.watch) {
        found->second.isToEnd = true;
        return;
    }
    // The thread holds the readers; they end here, when it has. So does the place of the last one: what he asked for
    // is there until then.
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
