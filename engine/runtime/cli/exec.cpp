// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/base/log.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/console_relay.h"
#include "engine/runtime/cli/exec_process.h"
#include "engine/runtime/cli/failures.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/cli/streams.h"
#include "engine/runtime/runtime.h"

#include <csignal>

namespace lamella::runtime::cli {

namespace {

std::unexpected<Error> notRunning(const std::string& id)
{
    return failure(ErrorKind::WrongState, compose("cannot exec in a stopped container: container not running: {}", id));
}

/// The cgroup that the program joins: the container's, or the one below it that --cgroup names.
Result<std::unique_ptr<cgroup::Cgroup>> openCgroup(const Options& options, const State& state)
{
    if (options.cgroups.empty())
        return cgroup::open(state.cgroup);
    const std::string& path = options.cgroups.front();
    if (options.cgroups.size() > 1 || path.contains(':'))
        return failure(ErrorKind::Unsupported,
                       "--cgroup is taken once, and without a controller: the program joins all of them");
    if (compose("/{}/", path).contains("/../"))
        return failure(ErrorKind::InvalidArgument,
                       compose("--cgroup: bad sub cgroup path: {} is not a sub cgroup path", path));
    const std::string below = std::filesystem::path{path}.relative_path().lexically_normal().native();
    return cgroup::open(below.empty() || below == "." ? state.cgroup : state.cgroup + "/" + below);
}

Result<void> checkNotPaused(const Options& options, cgroup::Cgroup& group)
{
    if (!options.ignorePaused && TRY(group.frozen()))
        return failure(ErrorKind::WrongState, "cannot exec in a paused container (use --ignore-paused to override)");
    return {};
}

Result<void> handOver(const Options& options, Executed& executed)
{
    TRY(passConsole(options, executed.console));
    TRY(passPidfd(options, executed.pidfd.borrow(), "setns"));
    return writePidFile(options, executed.pid);
}

} // namespace

Result<int> execCommand(const Options& options)
{
    TRY(checkInherited(options.preservedFds, options.preservedFds));
    const State state = TRY(load(options.root, options.id));
    const UniqueFd pidfd = processOf(state);
    if (!pidfd)
        return notRunning(options.id);
    const oci::Spec spec = TRY(keptSpec(options.root, options.id));
    const oci::Process process = TRY(processFor(options, spec));
    TRY(checkConsole(options, process.terminal, !options.detach));
    const auto group = TRY(openCgroup(options, state));
    TRY(checkNotPaused(options, *group));
    if (!options.detach)
        holdSignals();
    auto executed = exec({.pid = state.pid,
                          .pidfd = pidfd.borrow(),
                          .spec = spec,
                          .process = process,
                          .cgroup = *group,
                          .streams = kOwnStreams,
                          .plainNewlines = options.consoleSocket.empty(),
                          .inheritedFds = options.preservedFds,
                          .sessionKeyring = keyringOf(state),
                          .id = state.id,
                          .bundle = state.bundle});
    if (!executed)
        return std::unexpected(inCallersWords(std::move(executed).error(), process));
    if (auto handed = handOver(options, *executed); !handed) {
        std::ignore = os::sendSignal(executed->pidfd.borrow(), SIGKILL);
        return std::unexpected(std::move(handed).error());
    }
    log::debug("PID {} runs in the container {}", executed->pid, options.id);
    if (options.detach)
        return 0;
    return TRY(serve(executed->pidfd.borrow(), executed->console.borrow())).code;
}

} // namespace lamella::runtime::cli
