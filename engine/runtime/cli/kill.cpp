// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/cgroup.h"
#include "engine/oci/validate.h"
#include "engine/os/process.h"
#include "engine/os/signals.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/lock.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/hooks.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <thread>

namespace lamella::runtime::cli {

namespace {

/// How long what is killed may take to end, and who waits for it to notice.
constexpr std::chrono::seconds kPatience{10};

/// Kills what is left in the container's cgroup, a frozen one too, and removes it.
Result<void> clearCgroup(const State& state)
{
    auto group = cgroup::open(state.cgroup);
    if (!group && group.error().kind == ErrorKind::NotFound)
        return {};
    const auto owned = TRY(std::move(group));
    TRY(owned->killAll());
    return owned->remove();
}

Result<void> signalAll(const State& state, int signal)
{
    auto opened = cgroup::open(state.cgroup);
    if (!opened && opened.error().kind == ErrorKind::NotFound)
        return {}; // there is nobody in it
    const auto group = TRY(std::move(opened));
    if (signal == SIGKILL)
        return group->killAll();
    for (const pid_t pid : TRY(group->processes()))
        ::kill(pid, signal);
    return {};
}

/// Whether what is killed with PID 1 is all of the container.
bool hasOwnPids(const Options& options)
{
    const auto spec = keptSpec(options.root, options.id);
    const auto* pids = spec ? oci::findNamespace(*spec, oci::NamespaceType::Pid) : nullptr;
    return pids != nullptr && pids->path.empty();
}

/// A frozen process of cgroup v1 dies only when it goes on.
void thaw(const State& state)
{
    const auto group = cgroup::open(state.cgroup);
    if (group && (*group)->frozen().value_or(false))
        std::ignore = (*group)->freeze(false);
}

/// As runc takes it: in either case, and 0, which only asks whether there is a process (kill(2)).
Result<int> signalFrom(const Options& options)
{
    std::string text = options.rest.empty() ? "TERM" : options.rest.front();
    if (text == "0")
        return 0;
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return os::signalNumber(text);
}

Result<UniqueFd> killProcess(const State& state)
{
    UniqueFd pidfd = anyProcessOf(state);
    if (!pidfd)
        return pidfd;
    if (auto sent = os::sendSignal(pidfd.borrow(), SIGKILL); !sent && sent.error().kind != ErrorKind::NotFound)
        return std::unexpected(std::move(sent).error());
    thaw(state);
    return pidfd;
}

Result<void> endProcess(const State& state)
{
    if (const UniqueFd pidfd = TRY(killProcess(state)))
        TRY(os::waitUntilEnded(pidfd.borrow(), kPatience));
    return {};
}

/// Who has the lock makes or starts the container, and may wait for something that does not come, as a hook that hangs:
/// the end of the container's process ends that, too.
Result<Lock> lockByForce(const Options& options)
{
    const auto directory = directoryOf(options.root, options.id);
    for (const auto end = std::chrono::steady_clock::now() + kPatience;;) {
        if (auto lock = TRY(Lock::tryTake(directory)))
            return std::move(*lock);
        if (std::chrono::steady_clock::now() > end)
            return failure(ErrorKind::Busy,
                           compose("cannot delete {}: another command is at it and does not end", options.id));
        if (const auto state = load(options.root, options.id))
            TRY(killProcess(*state));
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

} // namespace

Result<int> killCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const int signal = TRY(signalFrom(options));
    if (options.all) {
        TRY(signalAll(state, signal));
        return 0;
    }
    const UniqueFd pidfd = anyProcessOf(state);
    if (!pidfd)
        return failure(ErrorKind::WrongState, compose("cannot kill {}: container not running", options.id));
    if (signal == SIGKILL && !hasOwnPids(options)) {
        TRY(signalAll(state, signal));
        return 0;
    }
    TRY(os::sendSignal(pidfd.borrow(), signal));
    if (signal == SIGKILL)
        thaw(state);
    return 0;
}

Result<int> deleteCommand(const Options& options)
{
    const auto directory = directoryOf(options.root, options.id);
    auto lock = options.force ? lockByForce(options) : Lock::take(directory);
    if (!lock && lock.error().kind == ErrorKind::NotFound && options.force)
        return 0;
    if (!lock)
        return std::unexpected(lock.error());
    auto loaded = load(options.root, options.id);
    if (!loaded && loaded.error().kind == ErrorKind::NotFound && options.force) {
        forget(options.root, options.id); // its creator was killed before it had made anything
        return 0;
    }
    const State state = TRY(std::move(loaded));
    const std::string status = options.force ? "" : statusOf(options.root, state);
    if (status == "running" || status == "paused")
        return failure(ErrorKind::WrongState,
                       compose("cannot delete container {} that is not stopped: {}", options.id, status));
    TRY(endProcess(state));
    TRY(clearCgroup(state));
    stopScope(state);
    const KeptHooks kept = keptHooks(directory);
    forget(options.root, options.id);
    lock->release();
    runPoststop(kept, state.id, state.bundle);
    return 0;
}

} // namespace lamella::runtime::cli
