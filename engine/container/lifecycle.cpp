// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/cgroup/cgroup.h"
#include "engine/container/manager_private.h"
#include "engine/layer/revert.h"
#include "engine/os/file.h"
#include "engine/os/process.h"

#include <QTimer>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <format>
#include <system_error>
#include <unistd.h>

/// Starting and ending a container.
namespace lamella::container {

namespace {

constexpr std::chrono::seconds kStartTimeout{60};
constexpr std::chrono::seconds kStateTimeout{30};
/// An end that nobody has seen (containerd and others use the same).
constexpr int kUnknownStatus = 255;

std::chrono::nanoseconds monotonic()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

/// What kept the program from running, for people: the shim knows neither the image's name nor what was asked for.
Error startErrorOf(const nlohmann::json& event, const Container& container)
{
    Error error
        = Error::of(errorKindFromName(event.value("kind", "")), event.value("message", "the shim did not say why"));
    if (event.value("step", "") != "exec")
        return std::move(error).within(std::format("cannot start {}", container.name));
    if (error.kind == ErrorKind::NotFound)
        error.message
            = std::format("the command '{}' is not in the image {}", container.command.front(), container.imageName);
    if (error.kind == ErrorKind::NotAuthorized)
        error.message = std::format("the command '{}' of the image {} may not be executed", container.command.front(),
                                    container.imageName);
    return error;
}

} // namespace

Result<void> cleanUpAfterShim(const ContainerFiles& files, const std::string& id, const std::string& cgroupPath)
{
    if (auto group = cgroup::open(cgroupPath)) {
        TRY((*group)->killAll());
        TRY((*group)->remove());
    } else if (group.error().kind != ErrorKind::NotFound) {
        return std::unexpected(std::move(group).error());
    }
    std::error_code error;
    std::filesystem::remove_all(files.runDirectory(id), error);
    return {};
}

Result<void> Entry::checkNotHeld() const
{
    return held.empty() ? Result<void>{}
                        : failure(ErrorKind::Busy, std::format("the container {} must wait: {}", container.name, held));
}

void ContainerManager::start(const std::string& id, Reply<void> reply)
{
    auto found = d->known(id);
    if (!found)
        return reply(std::unexpected(std::move(found).error()));
    Entry& entry = **found;
    if (entry.link && !entry.startReply)
        return reply(
            failure(ErrorKind::WrongState, std::format("the container {} runs already", entry.container.name)));
    if (entry.link || entry.cleaning)
        return reply(failure(ErrorKind::Busy,
                             std::format("the container {} is being started or cleaned up", entry.container.name)));
    if (auto held = entry.checkNotHeld(); !held)
        return reply(std::move(held));
    if (d->hasUnfinishedUndo(id))
        return d->cleanUpLost(id, [this, id, reply = std::move(reply)](Result<void> cleaned) {
            if (cleaned)
                start(id, reply);
            else
                reply(std::move(cleaned));
        });
    if (auto spawned = d->spawn(entry); !spawned)
        return reply(spawned);
    entry.startReply = std::move(reply);
}

/// A container that was made below another parent (the helper has become a service, or the machine's cgroups have) runs
/// below today's. One that runs stays where its record says.
Result<void> ContainerManager::Private::moveCgroup(Entry& entry)
{
    const std::string& id = entry.container.id;
    std::string path = directories.cgroupParent + "/" + id;
    if (path == entry.container.cgroupPath)
        return {};
    oci::Spec spec = TRY(oci::parseSpec(TRY(os::readFile(files.config(id)))));
    spec.linux.cgroupsPath = path;
    TRY(os::replaceFile(files.config(id), oci::serializeSpec(spec)));
    entry.container.cgroupPath = std::move(path);
    update(entry);
    // A helper that came back and did not know would not find the cgroup.
    writer.waitForDone();
    return {};
}

Result<void> ContainerManager::Private::spawn(Entry& entry)
{
    const std::string& id = entry.container.id;
    entry.startedAt = monotonic();
    entry.startError.reset();
    entry.ended.reset();
    if (!shimProgram)
        return failure(ErrorKind::Failed, "lamella-shim is not installed beside the helper");
    TRY(moveCgroup(entry));
    // One that is there when the shim has ended is this run's.
    if (::unlink(files.exitRecord(id).c_str()) != 0 && errno != ENOENT)
        return systemFailure(std::format("cannot remove the exit record of {}", entry.container.name));
    entry.ownSteps = {{"helper", monotonic()}};
    auto process = TRY(spawnShim(shimProgram.borrow(),
                                 {.id = id,
                                  .bundle = files.directory(id),
                                  .run = files.runDirectory(id),
                                  .log = files.log(id),
                                  .exit = files.exitRecord(id)}));
    entry.ownSteps.emplace_back("spawn", monotonic());
    adopt(entry, std::move(process));
    QTimer::singleShot(kStartTimeout, entry.link.get(), [this, id] {
        Entry* late = this->entry(id);
        if (late != nullptr && late->link && late->startReply) {
            late->startError
                = Error::of(ErrorKind::Failed, std::format("{} did not start in time", late->container.name));
            [[maybe_unused]] auto killed = os::sendSignal(late->link->pidfd(), SIGKILL);
        }
    });
    return {};
}

void ContainerManager::Private::adopt(Entry& entry, ShimProcess process)
{
    const std::string id = entry.container.id;
    entry.container.shimPid = process.pid;
    entry.execs.clear();
    entry.link.reset(new ShimLink(std::move(process), files.runDirectory(id),
                                  {.event = [this, id](const nlohmann::json& event) { handleEvent(id, event); },
                                   .reconnected = [this, id] { askForState(id); },
                                   .late = [this, id](const shim::Message& answer) { endUnclaimed(id, answer); },
                                   .ended = [this, id] { handleEnd(id); }}));
}

void ContainerManager::Private::handleEvent(const std::string& id, const nlohmann::json& event)
{
    Entry* found = entry(id);
    const auto name = event.find("event");
    if (found == nullptr || !name->is_string())
        return;
    if (*name == "started") {
        handleStarted(*found, event);
    } else if (*name == "failed") {
        found->startError = startErrorOf(event, found->container);
    } else if (*name == "exited") {
        if (auto record = shim::exitRecordFromJson(event))
            found->ended = *record;
    } else if (*name == "paused" || *name == "resumed") {
        found->container.state = *name == "paused" ? State::Paused : State::Running;
        update(*found);
    } else if (*name == "exec-exited") {
        const unsigned exec = event.value("exec", 0u);
        found->execs.erase(exec);
        Q_EMIT q.execExited(id, exec, event.value("status", -1));
    }
}

/// A program that was run for nobody: who asked has been told that there is no answer.
void ContainerManager::Private::endUnclaimed(const std::string& id, const shim::Message& answer)
{
    if (const unsigned exec = answer.body.value("exec", 0u); exec != 0)
        q.hangUp(id, exec);
}

/// Events were lost with the connection: what they would have said is in the shim's state.
void ContainerManager::Private::askForState(const std::string& id)
{
    entry(id)->link->request({{"request", "state"}}, kStateTimeout, [this, id](const Result<shim::Message>& state) {
        // A shim that does not answer, or has ended, is dealt with when its process ends.
        if (Entry* found = entry(id); state && found != nullptr && found->link)
            takeState(*found, state->body);
    });
}

void ContainerManager::Private::takeState(Entry& entry, const nlohmann::json& state)
{
    const std::string id = entry.container.id;
    if (entry.startReply)
        handleStarted(entry, state);
    entry.container.state = state.value("paused", false) ? State::Paused : State::Running;
    const auto running = state.value("execs", std::set<unsigned>{});
    std::vector<unsigned> ended;
    std::ranges::set_difference(entry.execs, running, std::back_inserter(ended));
    // Those whose answer was lost too have nobody who asked for them.
    std::vector<unsigned> unclaimed;
    std::ranges::set_difference(running, entry.execs, std::back_inserter(unclaimed));
    entry.execs = running;
    update(entry);
    for (const unsigned exec : unclaimed)
        q.hangUp(id, exec);
    for (const unsigned exec : ended)
        Q_EMIT q.execExited(id, exec, -1);
}

void ContainerManager::Private::handleStarted(Entry& entry, const nlohmann::json& event)
{
    Container& container = entry.container;
    container.state = State::Running;
    container.pid = event.value("pid", 0);
    container.started = std::chrono::microseconds{event.value("started_usec", std::int64_t{0})};
    container.finished = {};
    container.exitStatus = -1;
    container.oomKilled = false;
    container.lastError.clear();
    container.timeline.clear();
    const auto add = [&](const std::string& step, std::chrono::nanoseconds at) {
        container.timeline.emplace_back(step, std::chrono::floor<std::chrono::microseconds>(at - entry.startedAt));
    };
    for (const auto& [step, at] : entry.ownSteps)
        add(step, at);
    for (const auto& step : event.value("steps", nlohmann::json::array())) {
        if (step.is_array() && step.size() == 2 && step[0].is_string() && step[1].is_number_integer())
            add(step[0].get<std::string>(), std::chrono::microseconds{step[1].get<std::int64_t>()});
    }
    // The shim begins its work before the spawning of it has returned here.
    std::ranges::stable_sort(container.timeline, {}, [](const auto& step) { return step.second; });
    if (const auto reply = std::exchange(entry.startReply, nullptr))
        reply({});
    update(entry);
}

/// The shim's process has ended; nothing of it is left to be read.
void ContainerManager::Private::handleEnd(const std::string& id)
{
    Entry* found = entry(id);
    if (found == nullptr)
        return;
    found->link.reset();
    found->container.pid = 0;
    found->container.shimPid = 0;
    if (!found->ended)
        found->ended = lastExitRecord(found->container);
    if (found->ended && !found->startReply)
        finishRun(*found, *found->ended);
    else if (found->startReply)
        finishFailedStart(*found);
    else
        finishLost(
            *found,
            "the container's shim was killed, and the container ended with it; how the program ended is not known");
}

std::optional<shim::ExitRecord> ContainerManager::Private::lastExitRecord(const Container& container) const
{
    const auto record = shim::readExitRecord(files.exitRecord(container.id));
    return record ? std::optional{*record} : std::nullopt;
}

void ContainerManager::Private::finishRun(Entry& entry, const shim::ExitRecord& record)
{
    Container& container = entry.container;
    container.state = State::Stopped;
    container.exitStatus = record.status;
    container.oomKilled = record.oom;
    container.started = record.started;
    container.finished = record.finished;
    const std::string id = container.id;
    update(entry);
    if (!entry.removeReplies.empty())
        removeNow(id);
}

/// The state stays as it was; the answer comes when what a killed shim may have left is gone.
void ContainerManager::Private::finishFailedStart(Entry& entry)
{
    Error error = entry.startError.value_or(
        Error::of(ErrorKind::Failed,
                  std::format("cannot start {}: its shim ended before the program ran", entry.container.name)));
    entry.startError.reset();
    entry.container.lastError = error.message;
    const std::string id = entry.container.id;
    entry.cleaning = true;
    run(
        background, [this, id, group = entry.container.cgroupPath] { return cleanUpAfterShim(files, id, group); },
        [this, id, error](const Result<void>& cleaned) {
            if (!cleaned)
                log::error("cannot clean up after {}: {}", id, cleaned.error().message);
            Entry* found = this->entry(id);
            found->cleaning = false;
            const auto reply = std::exchange(found->startReply, nullptr);
            update(*found);
            reply(std::unexpected(error));
            if (!found->removeReplies.empty())
                removeNow(id);
        });
}

void ContainerManager::Private::finishLost(Entry& entry, const char* why)
{
    Container& container = entry.container;
    container.state = State::Stopped;
    container.exitStatus = kUnknownStatus;
    container.finished = sinceEpoch();
    container.lastError = why;
    const std::string id = container.id;
    log::warning("{}: {}", container.name, why);
    cleanUpLost(id);
    update(entry);
}

void ContainerManager::Private::cleanUpLost(const std::string& id, Reply<void> then)
{
    entry(id)->cleaning = true; // a removal waits for it
    run(
        background,
        [this, id, group = entry(id)->container.cgroupPath, overlay = q.overlay(id)]() -> Result<void> {
            TRY(cleanUpAfterShim(files, id, group));
            return layer::finishRevert(overlay, files.undo(id));
        },
        [this, id, then = std::move(then)](const Result<void>& cleaned) {
            if (!cleaned)
                log::error("cannot clean up after {}: {}", id, cleaned.error().message);
            Entry* found = entry(id);
            found->cleaning = false;
            if (!found->removeReplies.empty())
                removeNow(id);
            else
                Q_EMIT q.changed(id);
            if (then)
                then(cleaned);
        });
}

/// What an undo has left that was killed must be gone before its overlay is mounted.
bool ContainerManager::Private::hasUnfinishedUndo(const std::string& id) const
{
    return ::access(files.undo(id).c_str(), F_OK) == 0;
}

} // namespace lamella::container
