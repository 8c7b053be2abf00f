// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/failure.h"

#include <algorithm>
#include <format>

namespace lamella::runtime {

using rootfs::Report;
using rootfs::Step;

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

Error errorOf(const Report& report, const std::string& detail)
{
    const auto step = static_cast<Step>(report.step);
    std::string what = std::format("cannot {}", rootfs::stepAction(step));
    if (!detail.empty())
        what += " " + detail;
    Error error = Error::system(report.errnum, what);
    if (step == Step::Exec && report.errnum == EACCES)
        error.kind = ErrorKind::NotAuthorized;
    return error;
}

} // namespace lamella::runtime
