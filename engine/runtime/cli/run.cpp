// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/console_relay.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/hooks.h"
#include "engine/runtime/runtime.h"

#include <chrono>
#include <csignal>
#include <format>

namespace lamella::runtime::cli {

namespace {

constexpr Streams kOwnStreams{BorrowedFd{0}, BorrowedFd{1}, BorrowedFd{2}};

Result<oci::Spec> loadSpec(const std::filesystem::path& bundle)
{
    const std::string text = TRY(os::readFile(bundle / "config.json"));
    return oci::parseSpec(text);
}

std::filesystem::path absolutePath(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::absolute(path, ignored).lexically_normal();
}

Result<void> writePidFile(const std::filesystem::path& file, pid_t pid)
{
    if (file.empty())
        return {};
    return os::replaceFile(file, std::to_string(pid), 0644);
}

State stateFor(const Options& options, const oci::Spec& spec)
{
    using namespace std::chrono;
    State state;
    state.id = options.id;
    state.bundle = absolutePath(options.bundle).native();
    state.cgroup = cgroupPath(spec, options.id);
    state.createdUsec = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    return state;
}

/// The reserved name of a container that is being made; given back when that fails.
class Reservation {
public:
    /// Says at once which cgroup will be made, so that `delete --force` finds it when this process is killed.
    static Result<Reservation> make(const Options& options, const oci::Spec& spec)
    {
        TRY(reserve(options.root, options.id));
        Reservation reservation{options};
        TRY(save(options.root, stateFor(options, spec)));
        TRY(keepHooks(options.root / options.id, spec));
        return reservation;
    }
    Reservation(Reservation&& other) noexcept
        : m_options(std::exchange(other.m_options, nullptr))
    {
    }
    Reservation& operator=(Reservation&&) = delete;
    ~Reservation()
    {
        if (m_options == nullptr)
            return;
        runKeptPoststop(m_options->root / m_options->id, m_options->id, absolutePath(m_options->bundle));
        forget(m_options->root, m_options->id);
    }
    void keep() { m_options = nullptr; }

private:
    explicit Reservation(const Options& options)
        : m_options(&options)
    {
    }
    const Options* m_options;
};

Result<Created> createFrom(const Options& options, const oci::Spec& spec, const std::filesystem::path& gateDirectory)
{
    const std::filesystem::path bundle = absolutePath(options.bundle);
    return create(
        {.id = options.id, .bundle = bundle, .spec = spec, .streams = kOwnStreams, .gateDirectory = gateDirectory});
}

Result<void> record(const Options& options, const oci::Spec& spec, const Created& created)
{
    State state = stateFor(options, spec);
    state.pid = created.pid;
    state.startTime = TRY(os::startTime(created.pid));
    TRY(save(options.root, state));
    return writePidFile(options.pidFile, created.pid);
}

Result<void> passConsole(const Options& options, Created& created)
{
    if (!created.console || options.consoleSocket.empty())
        return {};
    TRY(sendConsole(options.consoleSocket, created.console.borrow()));
    created.console.reset();
    return {};
}

Result<void> needConsoleSocket(const Options& options, bool terminal)
{
    if (terminal && options.consoleSocket.empty())
        return failure(ErrorKind::InvalidArgument, "a terminal without somebody who stays needs --console-socket");
    return {};
}

/// The process that an exec runs: from a file, or the container's with another command.
Result<oci::Process> processFor(const Options& options, const oci::Spec& spec)
{
    if (!options.process.empty()) {
        const std::string text = TRY(os::readFile(options.process));
        oci::Process process = TRY(oci::parseProcess(text));
        process.terminal = process.terminal || options.terminal;
        return process;
    }
    oci::Process process = spec.process;
    process.args = options.rest;
    process.terminal = options.terminal;
    return process;
}

} // namespace

Result<int> createCommand(const Options& options)
{
    const oci::Spec spec = TRY(loadSpec(options.bundle));
    TRY(needConsoleSocket(options, spec.process.terminal));
    Reservation reservation = TRY(Reservation::make(options, spec));
    Created created = TRY(createFrom(options, spec, options.root / options.id));
    TRY(passConsole(options, created));
    TRY(record(options, spec, created));
    created.leave();
    reservation.keep();
    return 0;
}

Result<int> runCommand(const Options& options)
{
    const oci::Spec spec = TRY(loadSpec(options.bundle));
    if (options.detach)
        TRY(needConsoleSocket(options, spec.process.terminal));
    Reservation reservation = TRY(Reservation::make(options, spec));
    if (!options.detach)
        holdSignals();
    Created created = TRY(createFrom(options, spec, {}));
    TRY(record(options, spec, created));
    TRY(passConsole(options, created));
    TRY(start(created));
    runKeptPoststart(options.root / options.id, options.id, absolutePath(options.bundle), created.pid);
    if (options.detach) {
        reservation.keep();
        return 0;
    }
    const os::ExitStatus status = TRY(serve(created.pidfd.borrow(), created.console.borrow()));
    // With a pid namespace of its own everything has died with PID 1; looking for the rest costs more than the whole
    // end.
    if (!created.cgroup->remove()) {
        TRY(created.cgroup->killAll());
        TRY(created.cgroup->remove());
    }
    return status.code;
}

Result<int> startCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const oci::Spec spec = TRY(loadSpec(state.bundle));
    if (statusOf(options.root, state) != "created")
        return failure(ErrorKind::WrongState, std::format("the container {} does not wait to be started", options.id));
    TRY(startFrom(options.root / options.id, spec));
    runKeptPoststart(options.root / options.id, state.id, state.bundle, state.pid);
    return 0;
}

Result<int> execCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const oci::Spec spec = TRY(loadSpec(state.bundle));
    const UniqueFd pidfd = processOf(state);
    if (!pidfd || statusOf(options.root, state) != "running")
        return failure(ErrorKind::WrongState, std::format("the container {} does not run", options.id));
    const oci::Process process = TRY(processFor(options, spec));
    if (options.detach)
        TRY(needConsoleSocket(options, process.terminal));
    else
        holdSignals();
    const auto group = TRY(cgroup::open(state.cgroup));
    Executed executed = TRY(exec({.pid = state.pid,
                                  .pidfd = pidfd.borrow(),
                                  .spec = spec,
                                  .process = process,
                                  .cgroup = *group,
                                  .streams = kOwnStreams,
                                  .id = state.id,
                                  .bundle = state.bundle}));
    TRY(writePidFile(options.pidFile, executed.pid));
    if (executed.console && !options.consoleSocket.empty()) {
        TRY(sendConsole(options.consoleSocket, executed.console.borrow()));
        executed.console.reset();
    }
    if (options.detach)
        return 0;
    const os::ExitStatus status = TRY(serve(executed.pidfd.borrow(), executed.console.borrow()));
    return status.code;
}

} // namespace lamella::runtime::cli
