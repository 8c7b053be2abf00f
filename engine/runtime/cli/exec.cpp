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
#include <filesystem>
#include <ranges>
#include <string_view>

namespace lamella::runtime::cli {

namespace {

std::unexpected<Error> notRunning(const std::string& id)
{
    return failure(ErrorKind::WrongState, compose("cannot exec in a stopped container: container not running: {}", id));
}

/// What the options --cgroup name: one path below the container's cgroup for all trees, or several of the form
/// "CONTROLLER[,CONTROLLER]:PATH" for trees of cgroup v1.
struct ExecCgroups {
    std::string path; ///< relative, without "..": of all trees
    cgroup::SubCgroups byController;
};

/// Empty for the container's own cgroup.
Result<std::string> pathBelow(std::string_view path)
{
    if (compose("/{}/", path).contains("/../"))
        return failure(ErrorKind::InvalidArgument,
                       compose("--cgroup: bad sub cgroup path: {} is not a sub cgroup path", path));
    std::string below = std::filesystem::path{path}.relative_path().lexically_normal().native();
    return below == "." ? std::string{} : below;
}

std::unexpected<Error> wrong(std::string_view argument, std::string_view why)
{
    return failure(ErrorKind::InvalidArgument, compose("invalid --cgroup argument: {} ({})", argument, why));
}

Result<void> addControllers(std::string_view argument, std::size_t colon, cgroup::SubCgroups& out)
{
    const std::string path = TRY(pathBelow(argument.substr(colon + 1)));
    for (const auto part : std::views::split(argument.substr(0, colon), ',')) {
        std::string controller{std::string_view{part}};
        if (controller.empty())
            return wrong(argument, "empty <controller> prefix");
        if (!out.emplace(std::move(controller), path).second)
            return failure(ErrorKind::InvalidArgument,
                           compose("invalid --cgroup argument(s): controller {} specified multiple times",
                                   std::string_view{part}));
    }
    return {};
}

/// Errors: InvalidArgument, in runc's words.
Result<ExecCgroups> readExecCgroups(const std::vector<std::string>& arguments)
{
    ExecCgroups cgroups;
    for (const std::string& argument : arguments) {
        const std::size_t colon = argument.find(':');
        if (colon != argument.npos)
            TRY(addControllers(argument, colon, cgroups.byController));
        else if (arguments.size() > 1)
            return wrong(argument, "missing <controller>: prefix");
        else
            cgroups.path = TRY(pathBelow(argument));
    }
    return cgroups;
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
    ExecCgroups cgroups = TRY(readExecCgroups(options.cgroups));
    const auto group = TRY(cgroup::open(cgroups.path.empty() ? state.cgroup : state.cgroup + '/' + cgroups.path));
    TRY(checkNotPaused(options, *group));
    if (!options.detach)
        holdSignals();
    auto executed = exec({.pid = state.pid,
                          .pidfd = pidfd.borrow(),
                          .spec = spec,
                          .process = process,
                          .cgroup = *group,
                          .subCgroups = std::move(cgroups.byController),
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
