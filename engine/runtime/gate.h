// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/rootfs/reporter.h"
#include "engine/runtime/runtime.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace lamella::runtime {

/// The pipes between a created container and who starts it.
struct Gate {
    UniqueFd parent; ///< a byte written here lets the program run
    UniqueFd child; ///< where the child waits
    UniqueFd report; ///< where the parent reads
    UniqueFd childReport; ///< where the child writes; closed by execve(2)

    /// Pipes; or, in `directory`, the FIFOs "gate" and "report" which another process can open.
    static Result<Gate> make(const std::filesystem::path& directory);
};

/// A report that has been written already, without waiting.
std::optional<rootfs::Report> readReportNow(BorrowedFd pipe);

/// The steps that are done, in the order of their time.
std::vector<ReachedStep> stepsOf(const rootfs::Timeline& timeline);

} // namespace lamella::runtime
