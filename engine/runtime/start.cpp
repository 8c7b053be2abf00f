// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/runtime/await.h"
#include "engine/runtime/failure.h"
#include "engine/runtime/gate.h"
#include "engine/runtime/hook.h"
#include "engine/runtime/runtime.h"
#include "engine/runtime/settings.h"

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

namespace lamella::runtime {

namespace {

/// What is left to do when the gate opens takes a millisecond. A child that was stopped, or whose program lies on a
/// file system that does not answer, must not hold its caller up for ever.
constexpr std::chrono::seconds kStartPatience{30};

/// The end of the report pipe is an execve(2), or the end of the process. Who has ended and was waited for already
/// counts as started: that is the common way, as another has to be killed within a millisecond.
Result<void> checkStarted(const FirstProcess& process)
{
    const bool isProgram = os::hasCalledExec(process.pid).value_or(true);
    if (isProgram || !os::sendSignal(process.pidfd, 0)) // the PID was still its own
        return {};
    return failure(ErrorKind::WrongState, "the container's process was ended before it ran its program");
}

/// Opens the gate and waits until execve(2) has closed the report pipe, or a report says why not. Hooks may take as
/// long as their timeouts let them.
Result<std::optional<rootfs::Report>> passGate(BorrowedFd gate, BorrowedFd report, const FirstProcess& process,
                                               BorrowedFd stop, bool hasHooks)
{
    if (::write(gate.get(), "g", 1) != 1)
        return systemFailure("cannot start the container");
    TRY_WITHIN("cannot start the container",
               awaitWord(report, stop, hasHooks ? std::nullopt : std::optional{in(kStartPatience)}));
    const auto said = TRY(readReport(report));
    if (!said)
        TRY(checkStarted(process));
    return said;
}

std::string detailOf(const rootfs::Report& report, const std::string& program, const std::string& workingDirectory,
                     const std::vector<std::string>& startHooks)
{
    const auto step = static_cast<rootfs::Step>(report.step);
    if (step == rootfs::Step::Hooks && report.detail < startHooks.size())
        return startHooks[report.detail];
    if (step == rootfs::Step::Settings)
        return std::string{settingName(report.detail)};
    return step == rootfs::Step::Exec ? program : step == rootfs::Step::WorkingDirectory ? workingDirectory : "";
}

/// runtime.md, "Start": without a process there is nothing to start.
Result<void> needProcess(bool there)
{
    if (!there)
        return failure(ErrorKind::WrongState, "config.json has no process: there is nothing to start");
    return {};
}

/// A process of a frozen cgroup ends when that goes on, which killAll() sees to where it may.
void endContainer(Created& container)
{
    if (container.pidfd) {
        std::ignore = os::sendSignal(container.pidfd.borrow(), SIGKILL);
        std::ignore = os::waitUntilEnded(container.pidfd.borrow(), kDying);
    }
    if (container.cgroup) {
        std::ignore = container.cgroup->killAll();
        std::ignore = container.cgroup->remove();
    }
    if (container.pidfd)
        std::ignore = os::tryWait(container.pidfd.borrow());
}

} // namespace

Created& Created::operator=(Created&& other) noexcept
{
    Created old{std::move(*this)};
    std::destroy_at(this);
    std::construct_at(this, std::move(other));
    return *this;
}

Created::~Created()
{
    // Until it has started there is a gate, or, before there is a process, only a cgroup.
    if (gate || (cgroup && pid == 0))
        endContainer(*this);
}

Result<void> start(Created& container, BorrowedFd stop)
{
    TRY(needProcess(!container.program.empty()));
    const auto report = TRY(passGate(container.gate.borrow(), container.report.borrow(),
                                     {container.pid, container.pidfd.borrow()}, stop, !container.startHooks.empty()));
    container.steps = stepsOf(container.timeline);
    if (report) {
        container.failedStep = rootfs::stepName(static_cast<rootfs::Step>(report->step));
        return std::unexpected(
            errorOf(*report, detailOf(*report, container.program, container.workingDirectory, container.startHooks),
                    container.report.borrow()));
    }
    container.report.reset();
    container.gate.reset();
    container.spent.reset();
    return {};
}

Result<void> startFrom(const std::filesystem::path& gateDirectory, const oci::Spec& spec, const FirstProcess& process)
{
    TRY(needProcess(spec.hasProcess));
    // Without a reader there is no container that waits: not to wait for one is O_NONBLOCK (fifo(7)).
    auto gate = os::open(gateDirectory / "gate", O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (!gate && (gate.error().errnum == ENOENT || gate.error().errnum == ENXIO))
        return failure(ErrorKind::WrongState, "the container does not wait to be started");
    const UniqueFd open = TRY(std::move(gate));
    const UniqueFd report = TRY(os::open(gateDirectory / "report", O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    ::unlink((gateDirectory / "gate").c_str());
    const auto names = hookNames("startContainer", spec.hooks.startContainer);
    if (const auto failed = TRY(passGate(open.borrow(), report.borrow(), process, {}, !names.empty())))
        return std::unexpected(
            errorOf(*failed, detailOf(*failed, spec.process.args.front(), spec.process.cwd, names), report.borrow()));
    ::unlink((gateDirectory / "report").c_str());
    return {};
}

} // namespace lamella::runtime
