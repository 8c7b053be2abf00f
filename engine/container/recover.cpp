// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/json.h"
#include "engine/base/log.h"
#include "engine/container/find_shims.h"
#include "engine/container/manager_private.h"
#include "engine/container/records.h"
#include "engine/os/file.h"
#include "engine/os/process.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <format>

/// What a helper finds when it comes back.
namespace lamella::container {

namespace {

constexpr std::chrono::seconds kFoundStateTimeout{2};
constexpr std::chrono::seconds kEndTimeout{10};

} // namespace

Result<void> ContainerManager::recover()
{
    return d->recover();
}

Result<void> ContainerManager::Private::recover()
{
    TRY(files.prepare());
    for (Container& container : TRY(loadContainers(database))) {
        const std::string id = container.id;
        entries[id].container = std::move(container);
    }
    sweep();
    std::map<std::string, std::filesystem::path> directoriesOfShims;
    for (const auto& [id, one] : entries)
        directoriesOfShims.emplace(id, files.runDirectory(id));
    auto shims = findShims(directoriesOfShims, kFoundStateTimeout);
    for (auto& [id, one] : entries) {
        if (auto shim = shims.extract(id))
            recoverRunning(one, std::move(shim.mapped()));
        else
            recoverEnded(one);
    }
    compileSeccomp();
    return {};
}

void ContainerManager::Private::recoverRunning(Entry& entry, FoundShim shim)
{
    Container& container = entry.container;
    container.pid = 0;
    if (shim.state) {
        container.state = shim.state->value("paused", false) ? State::Paused : State::Running;
        container.pid = shim.state->value("pid", 0);
        container.started = std::chrono::microseconds{shim.state->value("started_usec", std::int64_t{0})};
        container.finished = {};
        container.exitStatus = -1;
        container.oomKilled = false;
        container.lastError.clear();
    } else {
        // It is ending, or it hangs: what it says next, and how it ends, is told like that of any other.
        container.state = State::Running;
        log::warning("{}: {}", container.name, shim.state.error().message);
    }
    adopt(entry, std::move(shim.process));
    // They go on: their streams are their callers', who do not need the helper for them.
    if (shim.state)
        entry.execs = shim.state->value("execs", std::set<unsigned>{});
    update(entry);
}

void ContainerManager::Private::recoverEnded(Entry& entry)
{
    Container& container = entry.container;
    const std::string& id = container.id;
    const bool ran = container.state == State::Running || container.state == State::Paused;
    container.pid = 0;
    container.shimPid = 0;
    // A run is known by its start: nothing is ordered by the clock, which may have been set meanwhile. One that ran is
    // the last that was seen; otherwise the last that was seen has been dealt with.
    const auto record = lastExitRecord(container);
    if (record && (record->started == container.started) == ran)
        finishRun(entry, *record);
    else if (ran)
        finishLost(
            entry,
            "the container was running when the machine, or its shim, went down; how the program ended is not known");
    else if (std::filesystem::exists(files.runDirectory(id)))
        cleanUpLost(id);
    if (!entry.cleaning && hasUnfinishedUndo(id))
        cleanUpLost(id);
}

/// Rows without a directory, directories without a row, shims without either.
void ContainerManager::Private::sweep()
{
    const auto onDisk = files.idsOnDisk();
    for (auto it = entries.begin(); it != entries.end();) {
        const std::string id = it->first;
        if (std::ranges::find(onDisk, id) != onDisk.end()) {
            ++it;
            continue;
        }
        log::warning("the container {} has lost its directory and is forgotten", it->second.container.name);
        if (auto deleted = deleteContainer(database, id); !deleted)
            log::error("{}", deleted.error().message);
        it = entries.erase(it);
    }
    for (const std::string& id : onDisk) {
        if (entries.contains(id))
            continue;
        if (auto aside = files.setAside(id); !aside)
            log::error("{}", aside.error().message);
    }
    std::vector<std::string> foreign = files.idsInRun();
    std::erase_if(foreign, [this](const std::string& id) { return entries.contains(id); });
    // Both listed here, before anything new is made under such a name. What still runs ends before its files go.
    run(
        removals,
        [this, foreign = std::move(foreign), names = files.leftovers()]() -> Result<void> {
            for (const std::string& id : foreign)
                removeForeign(id);
            return files.removeLeftovers(names);
        },
        [](const Result<void>& swept) {
            if (!swept)
                log::error("{}", swept.error().message);
        });
}

/// A shim whose container has no row any more: nobody can ask for it, so it ends, with all that is left of it. Blocks.
void ContainerManager::Private::removeForeign(const std::string& id) const
{
    if (const auto shim = connectToShim(files.runDirectory(id))) {
        std::ignore = os::sendSignal(shim->pidfd.borrow(), SIGKILL);
        std::ignore = os::waitUntilEnded(shim->pidfd.borrow(), kEndTimeout);
    }
    // Nobody remembers which parent it was made below.
    for (const std::string& parent : {directories.cgroupParent, Directories{}.cgroupParent}) {
        if (auto cleaned = cleanUpAfterShim(files, id, parent + "/" + id); !cleaned)
            log::error("{}", cleaned.error().message);
    }
}

} // namespace lamella::container
