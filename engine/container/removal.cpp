// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/manager_private.h"
#include "engine/container/names.h"
#include "engine/container/records.h"
#include "engine/os/process.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <format>

/// Removing a container, for good or into the trash, and bringing it back.
namespace lamella::container {

namespace {

constexpr std::chrono::seconds kKillTimeout{10};

} // namespace

void ContainerManager::remove(const std::string& id, bool force, Reply<void> reply)
{
    d->remove(id, force, false, std::move(reply));
}

void ContainerManager::moveToTrash(const std::string& id, bool force, Reply<void> reply)
{
    d->remove(id, force, d->trash.isOn(), std::move(reply));
}

void ContainerManager::Private::remove(const std::string& id, bool force, bool toTrash, Reply<void> reply)
{
    auto found = known(id);
    if (!found)
        return reply(std::unexpected(std::move(found).error()));
    Entry& entry = **found;
    if (auto held = entry.checkNotHeld(); !held)
        return reply(std::move(held));
    if (entry.link && !force)
        return reply(
            failure(ErrorKind::WrongState,
                    std::format("the container {} runs: stop it first, or remove it by force", entry.container.name)));
    entry.toTrash = toTrash || (entry.toTrash && !entry.removeReplies.empty());
    entry.removeReplies.push_back(std::move(reply));
    if (!entry.link && !entry.cleaning)
        return removeNow(id);
    if (entry.link)
        entry.link->request({{"request", "kill"}, {"signal", SIGKILL}, {"all", true}}, kKillTimeout,
                            [this, id](const auto& killed) {
                                // A shim that does not answer goes the hard way, and its container with it.
                                Entry* late = this->entry(id);
                                if (!killed && late != nullptr && late->link)
                                    std::ignore = os::sendSignal(late->link->pidfd(), SIGKILL);
                            });
}

/// Its end has come: what is named goes at once, what takes time in the background. Only once: whoever hears of the end
/// may have removed the container already.
void ContainerManager::Private::removeNow(const std::string& id)
{
    Entry* found = this->entry(id);
    if (found == nullptr || found->removing)
        return;
    Entry& entry = *found;
    if (auto removed = entry.toTrash ? putInTrash(entry) : removeForGood(entry); !removed) {
        for (const auto& reply : std::exchange(entry.removeReplies, {}))
            reply(std::unexpected(removed.error()));
        return;
    }
    entry.removing = true;
    Q_EMIT q.removed(id);
}

Result<void> ContainerManager::Private::putInTrash(Entry& entry)
{
    // No older document may be written after it has come back.
    writer.waitForDone();
    return trash.put(entry.container,
                     [this, id = entry.container.id](const Result<void>& settled) { finishRemoval(id, settled); });
}

Result<void> ContainerManager::Private::removeForGood(Entry& entry)
{
    const std::string& id = entry.container.id;
    TRY(files.setAside(id));
    TRY(deleteContainer(database, id));
    run(
        removals,
        [this, id, group = entry.container.cgroupPath]() -> Result<void> {
            TRY(cleanUpAfterShim(files, id, group));
            return files.discard(id);
        },
        [this, id](const Result<void>& discarded) { finishRemoval(id, discarded); });
    return {};
}

void ContainerManager::Private::finishRemoval(const std::string& id, const Result<void>& result)
{
    const auto node = entries.extract(id);
    for (const auto& reply : node.mapped().removeReplies)
        reply(result);
}

Result<void> ContainerManager::restore(const std::string& id)
{
    const Trashed* trashed = d->trash.find(id);
    if (trashed == nullptr)
        return failure(ErrorKind::NotFound, std::format("there is no container {} in the trash", id.substr(0, 64)));
    const uid_t owner = trashed->container.owner;
    TRY(d->checkCount(owner));
    const std::string name = TRY(freeName(trashed->container.name, [this, owner](const std::string& wanted) {
        return d->checkNameIsFree(owner, wanted).has_value();
    }));
    Container container = TRY(d->trash.take(id, name));
    d->entries[id].container = std::move(container);
    Q_EMIT added(id);
    return {};
}

} // namespace lamella::container
