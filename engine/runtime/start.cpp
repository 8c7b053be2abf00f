// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/runtime/failure.h"
#include "engine/runtime/gate.h"
#include "engine/runtime/hook.h"
#include "engine/runtime/runtime.h"
#include "engine/runtime/settings.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <poll.h>

namespace lamella::runtime {

namespace {

using Clock = std::chrono::steady_clock;

/// What is left to do when the gate opens takes a millisecond. A child that was stopped, or whose program lies on a
/// file system that does not answer, must not hold its caller up for ever.
constexpr std::chrono::seconds kPatience{30};

/// Opens the gate and waits until execve(2) has closed the report pipe, or a report says why not. Hooks may take as
/// long as their timeouts let them.
Result<std::optional<rootfs::Report>> passGate(BorrowedFd gate, BorrowedFd report, bool hasHooks)
{
    if (::write(gate.get(), "g", 1) != 1)
        return systemFailure("cannot start the container");
    pollfd poll{report.get(), POLLIN, 0};
    for (const auto end = Clock::now() + kPatience;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        const int wait = hasHooks ? -1 : static_cast<int>(std::max<std::int64_t>(left.count(), 0));
        const int ready = ::poll(&poll, 1, wait);
        if (ready > 0)
            return readReport(report);
        if (ready == 0)
            return failure(ErrorKind::Failed,
                           compose("the program did not start within {} seconds", kPatience.count()));
        if (errno != EINTR)
            return systemFailure("cannot wait for the start");
    }
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

void endContainer(Created& container)
{
    if (container.pidfd) {
        std::ignore = os::sendSignal(container.pidfd.borrow(), SIGKILL);
        std::ignore = os::waitFor(container.pidfd.borrow());
    }
    if (container.cgroup) {
        std::ignore = container.cgroup->killAll();
        std::ignore = container.cgroup->remove();
    }
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

Result<void> start(Created& container)
{
    TRY(needProcess(!container.program.empty()));
    const auto report
        = TRY(passGate(container.gate.borrow(), container.report.borrow(), !container.startHooks.empty()));
    container.steps = stepsOf(container.timeline);
    if (report) {
        container.failedStep = rootfs::stepName(static_cast<rootfs::Step>(report->step));
        return std::unexpected(
            errorOf(*report, detailOf(*report, container.program, container.workingDirectory, container.startHooks),
                    container.report.borrow()));
    }
    container.report.reset();
    container.gate.reset();
    container.spentMounts.clear();
    return {};
}

Result<void> startFrom(const std::filesystem::path& gateDirectory, const oci::Spec& spec)
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
    if (const auto failed = TRY(passGate(open.borrow(), report.borrow(), !names.empty())))
        return std::unexpected(
            errorOf(*failed, detailOf(*failed, spec.process.args.front(), spec.process.cwd, names), report.borrow()));
    ::unlink((gateDirectory / "report").c_str());
    return {};
}

} // namespace lamella::runtime
