// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/gate.h"

#include "engine/os/file.h"
#include "engine/os/socket.h"

#include <algorithm>
#include <poll.h>
#include <sys/stat.h>

namespace lamella::runtime {

namespace {

Result<UniqueFd> makeFifo(const std::filesystem::path& path)
{
    if (::mkfifo(path.c_str(), 0600) != 0)
        return systemFailure("cannot make " + path.native());
    // Both ways: so it opens without waiting for the other side, and never ends when that goes.
    return os::open(path, O_RDWR | O_NOFOLLOW);
}

Result<Gate> makeFifos(const std::filesystem::path& directory)
{
    Gate gate;
    gate.child = TRY(makeFifo(directory / "gate"));
    gate.parent = TRY(os::open(directory / "gate", O_WRONLY));
    const UniqueFd both = TRY(makeFifo(directory / "report"));
    gate.report = TRY(os::open(directory / "report", O_RDONLY | O_NONBLOCK));
    gate.childReport = TRY(os::open(directory / "report", O_WRONLY));
    return gate;
}

} // namespace

Result<Gate> Gate::make(const std::filesystem::path& directory)
{
    if (!directory.empty())
        return makeFifos(directory);
    os::Pipe gate = TRY(os::makePipe());
    os::Pipe report = TRY(os::makePipe());
    return Gate{std::move(gate.write), std::move(gate.read), std::move(report.read), std::move(report.write)};
}

std::optional<rootfs::Report> readReportNow(BorrowedFd pipe)
{
    pollfd poll{pipe.get(), POLLIN, 0};
    rootfs::Report report;
    if (::poll(&poll, 1, 0) != 1 || (poll.revents & POLLIN) == 0
        || ::read(pipe.get(), &report, sizeof report) != sizeof report)
        return std::nullopt;
    report.step = std::min(report.step, static_cast<std::uint32_t>(rootfs::Step::Exec));
    return report;
}

std::vector<ReachedStep> stepsOf(const rootfs::Timeline& timeline)
{
    std::vector<ReachedStep> steps;
    for (std::size_t i = 0; i < rootfs::kStepCount; ++i) {
        const auto step = static_cast<rootfs::Step>(i);
        if (const auto at = timeline.at(step); at.count() != 0)
            steps.push_back({std::string{rootfs::stepName(step)}, at});
    }
    std::ranges::stable_sort(steps, {}, &ReachedStep::at);
    return steps;
}

} // namespace lamella::runtime
