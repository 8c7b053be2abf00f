// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/commands.h"

#include "engine/cgroup/cgroup.h"
#include "engine/os/process.h"
#include "engine/os/signals.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/hooks.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <format>

namespace lamella::runtime::cli {

namespace {

/// Kills what is left in the container's cgroup and removes it.
Result<void> clearCgroup(const State& state)
{
    auto group = cgroup::open(state.cgroup);
    if (!group && group.error().kind == ErrorKind::NotFound)
        return {};
    const auto owned = TRY(std::move(group));
    TRY(owned->killAll());
    return owned->remove();
}

} // namespace

Result<int> stateCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    std::puts(stateDocument(options.root, state).c_str());
    return 0;
}

Result<int> killCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const int signal = TRY(os::signalNumber(options.rest.empty() ? "TERM" : options.rest.front()));
    const UniqueFd pidfd = processOf(state);
    if (options.all) {
        const auto group = TRY(cgroup::open(state.cgroup));
        if (signal == SIGKILL) {
            TRY(group->killAll());
            return 0;
        }
        for (const pid_t pid : TRY(group->processes()))
            ::kill(pid, signal);
        return 0;
    }
    if (!pidfd)
        return failure(ErrorKind::WrongState, std::format("the container {} does not run", options.id));
    TRY(os::sendSignal(pidfd.borrow(), signal));
    return 0;
}

Result<int> deleteCommand(const Options& options)
{
    auto loaded = load(options.root, options.id);
    if (!loaded && loaded.error().kind == ErrorKind::NotFound && options.force) {
        forget(options.root, options.id);
        return 0;
    }
    const State state = TRY(std::move(loaded));
    if (const UniqueFd pidfd = processOf(state)) {
        if (!options.force && statusOf(options.root, state) == "running")
            return failure(ErrorKind::WrongState,
                           std::format("the container {} runs: kill it first, or delete --force", options.id));
        TRY(os::sendSignal(pidfd.borrow(), SIGKILL));
        TRY(os::waitUntilEnded(pidfd.borrow(), std::chrono::seconds{10}));
    }
    TRY(clearCgroup(state));
    runKeptPoststop(options.root / options.id, state.id, state.bundle);
    forget(options.root, options.id);
    return 0;
}

Result<int> listCommand(const Options& options)
{
    std::error_code ignored;
    std::vector<std::string> ids;
    for (const auto& entry : std::filesystem::directory_iterator{options.root, ignored})
        ids.push_back(entry.path().filename().native());
    std::ranges::sort(ids);
    std::puts(std::format("{:<32} {:>8} {:<8} {}", "ID", "PID", "STATUS", "BUNDLE").c_str());
    for (const auto& id : ids) {
        const auto state = load(options.root, id);
        if (!state)
            continue;
        const std::string status = statusOf(options.root, *state);
        std::puts(std::format("{:<32} {:>8} {:<8} {}", id, status == "stopped" ? 0 : state->pid, status, state->bundle)
                      .c_str());
    }
    return 0;
}

} // namespace lamella::runtime::cli
