// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/failure.h"

#include "engine/base/compose.h"
#include "engine/runtime/hook.h"

#include <algorithm>
#include <poll.h>

namespace lamella::runtime {

using rootfs::Report;
using rootfs::Step;

namespace {

/// What stands behind a report, without waiting.
std::string wordsIn(BorrowedFd pipe)
{
    std::string words(rootfs::kLongestWords, '\0');
    pollfd poll{pipe.get(), POLLIN, 0};
    const bool there = ::poll(&poll, 1, 0) == 1 && (poll.revents & POLLIN) != 0;
    const ssize_t n = there ? ::read(pipe.get(), words.data(), words.size()) : 0;
    words.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return words;
}

} // namespace

Result<std::optional<Report>> readReport(BorrowedFd pipe)
{
    Report report;
    ssize_t n = 0;
    do
        n = ::read(pipe.get(), &report, sizeof report);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return systemFailure("cannot read how the start went");
    if (n != sizeof report)
        return std::nullopt;
    // lamella-init knows no steps, so it says the highest number.
    report.step = std::min(report.step, static_cast<std::uint32_t>(Step::Exec));
    return report;
}

Error errorOf(const Report& report, const std::string& detail, BorrowedFd pipe)
{
    const auto step = static_cast<Step>(report.step);
    if (step == Step::Hooks)
        return hookError(detail, report.errnum, wordsIn(pipe));
    std::string what = compose("cannot {}", rootfs::stepAction(step));
    if (!detail.empty())
        what += " " + detail;
    if (step == Step::Mounts && report.errnum == ELOOP)
        what += ", which must be mounted on ordinary directory"; // runc's words
    Error error = Error::system(report.errnum, what);
    if (step == Step::Exec && report.errnum == EACCES)
        error.kind = ErrorKind::NotAuthorized;
    return error;
}

} // namespace lamella::runtime
