// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/base/log.h"
#include "engine/os/process.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/console_relay.h"
#include "engine/runtime/cli/failures.h"
#include "engine/runtime/cli/reservation.h"
#include "engine/runtime/cli/streams.h"
#include "engine/runtime/hooks.h"
#include "engine/runtime/runtime.h"

#include <chrono>
#include <csignal>
#include <optional>

namespace lamella::runtime::cli {

namespace {

/// What `create` and `run` have in common until the program may run.
struct Making {
    LoadedBundle bundle;
    unsigned inherited = 0; ///< descriptors after 2 that the program gets
    UniqueFd stop; ///< can be read when a signal has told this to end

    static Result<Making> prepare(const Options& options, bool stays)
    {
        if (::geteuid() != 0)
            return failure(ErrorKind::NotAuthorized,
                           "only root can make a container, also the root of a user namespace");
        const unsigned sockets = listenFds();
        const unsigned inherited = sockets + options.preservedFds;
        TRY(checkInherited(inherited, options.preservedFds));
        Making making{TRY(loadBundle(options.bundle, options.config)), inherited, TRY(holdStopSignals())};
        TRY(checkConsole(options, making.bundle.spec.process.terminal, stays));
        if (sockets != 0) {
            auto& env = making.bundle.spec.process.env;
            env.push_back(compose("LISTEN_FDS={}", sockets));
            env.push_back("LISTEN_PID=1");
        }
        return making;
    }

    Result<Created> create(const Options& options, Reservation& reservation,
                           const std::filesystem::path& gateDirectory) const
    {
        auto created
            = runtime::create({.id = options.id,
                               .bundle = bundle.path,
                               .spec = bundle.spec,
                               .streams = kOwnStreams,
                               .gateDirectory = gateDirectory,
                               .plainNewlines = options.consoleSocket.empty(),
                               .inheritedFds = inherited,
                               .sessionKeyring = keyringOf(reservation.state()),
                               .systemdCgroup = options.systemdCgroup,
                               .noPivot = options.noPivot,
                               .stop = stop.borrow(),
                               .onProcess = [&](pid_t pid) { return reservation.announce(pid, bundle.config); }});
        if (!created)
            return std::unexpected(inCallersWords(std::move(created).error(), bundle.spec.process));
        log::debug("the container {} is created with PID {}", options.id, created->pid);
        return created;
    }
};

/// Tells the caller of the process. The PID file comes last: who waits for it may use the container at once.
Result<void> handOver(const Options& options, Reservation& reservation, Created& created)
{
    TRY(passConsole(options, created.console));
    TRY(passPidfd(options, created.pidfd.borrow(), "standard"));
    TRY(reservation.record());
    return writePidFile(options, created.pid);
}

/// What poststart hooks are told.
ContainerState hookState(const State& state)
{
    return {.id = state.id,
            .status = "running",
            .pid = state.pid,
            .bundle = state.bundle,
            .annotations = state.annotations};
}

/// With a pid namespace of its own everything has died with PID 1; looking for the rest costs more than the whole end.
Result<void> clear(cgroup::Cgroup& group)
{
    if (group.remove())
        return {};
    TRY(group.killAll());
    return group.remove();
}

Result<int> awaitEnd(const Options& options, Reservation& reservation, Created& created)
{
    const auto status = serve(created.pidfd.borrow(), created.console.borrow());
    if (!status) { // nobody holds its terminal any more
        std::ignore = os::sendSignal(created.pidfd.borrow(), SIGKILL);
        std::ignore = os::waitFor(created.pidfd.borrow());
    }
    if (options.keep || !reservation.relock()) {
        reservation.keep();
    } else if (const auto cleared = clear(*created.cgroup); !cleared) {
        log::warning("the container {} is left for delete: {}", options.id, cleared.error().message);
        reservation.keep();
    }
    if (!status)
        return std::unexpected(status.error());
    return status->code;
}

} // namespace

Result<int> createCommand(const Options& options)
{
    const Making making = TRY(Making::prepare(options, false));
    Reservation reservation = TRY(Reservation::make(options, making.bundle));
    Created created = TRY(making.create(options, reservation, directoryOf(options.root, options.id)));
    TRY(handOver(options, reservation, created));
    created.leave();
    reservation.keep();
    return 0;
}

Result<int> runCommand(const Options& options)
{
    const Making making = TRY(Making::prepare(options, !options.detach));
    Reservation reservation = TRY(Reservation::make(options, making.bundle));
    if (!options.detach)
        holdSignals();
    Created created = TRY(making.create(options, reservation, {}));
    TRY(handOver(options, reservation, created));
    if (auto started = start(created, making.stop.borrow()); !started)
        return std::unexpected(inCallersWords(std::move(started).error(), making.bundle.spec.process));
    reservation.unlock();
    runHooksRegardless("poststart", making.bundle.spec.hooks.poststart, hookState(reservation.state()),
                       {making.stop.borrow()});
    if (!options.detach)
        return awaitEnd(options, reservation, created);
    reservation.keep();
    return 0;
}

Result<int> startCommand(const Options& options)
{
    std::optional<Lock> lock{TRY(Lock::take(directoryOf(options.root, options.id)))};
    const State state = TRY(load(options.root, options.id));
    const std::string status = lifecycleOf(options.root, state);
    if (status == "stopped")
        return failure(ErrorKind::WrongState, compose("cannot start a container that has stopped: {}", options.id));
    if (status == "running")
        return failure(ErrorKind::WrongState, compose("cannot start an already running container: {}", options.id));
    if (status != "created")
        return failure(ErrorKind::WrongState, compose("cannot start a container in the {} state", status));
    const oci::Spec spec = TRY(keptSpec(options.root, options.id));
    const UniqueFd pidfd = processOf(state);
    auto started = startFrom(directoryOf(options.root, options.id), spec, {state.pid, pidfd.borrow()});
    if (!started) {
        // What could not run its program ends by itself, and is stopped for who asks next.
        std::ignore = os::waitUntilEnded(pidfd.borrow(), std::chrono::seconds{1});
        return std::unexpected(inCallersWords(std::move(started).error(), spec.process));
    }
    lock.reset(); // the container does not wait for these hooks, nor does who deletes it
    runHooksRegardless("poststart", spec.hooks.poststart, hookState(state));
    return 0;
}

} // namespace lamella::runtime::cli
