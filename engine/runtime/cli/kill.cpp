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

namespace lamella::runtime::cli {

namespace {

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

Result<void> endProcess(const State& state)
{
    const UniqueFd pidfd = processOf(state);
    if (!pidfd)
        return {};
    TRY(os::sendSignal(pidfd.borrow(), SIGKILL));
    thaw(state);
    TRY(os::waitUntilEnded(pidfd.borrow(), std::chrono::seconds{10}));
    return {};
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
    const UniqueFd pidfd = processOf(state);
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
    const auto lock = Lock::take(directory);
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
    runKeptPoststop(directory, state.id, state.bundle);
    forget(options.root, options.id);
    return 0;
}

} // namespace lamella::runtime::cli
