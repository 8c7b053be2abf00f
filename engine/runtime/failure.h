// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/rootfs/reporter.h"

#include <functional>
#include <optional>
#include <string>

namespace lamella::runtime {

/// What the number in a report's detail stands for, by step: a path, a setting, a limit. Empty where nothing.
using DetailName = std::function<std::string(rootfs::Step, std::uint32_t)>;

/// Reads the report of a child to its end, which is when the child runs its program or has ended; none where it
/// succeeded.
Result<std::optional<rootfs::Report>> readReport(BorrowedFd pipe);

/// "cannot mount /dev/shm: No space left on device". Step::Exec is NotFound or NotAuthorized as runtime.h says. Of
/// Step::Hooks `detail` is the hook's name, and what it wrote is still in `pipe`.
Error errorOf(const rootfs::Report& report, const std::string& detail, BorrowedFd pipe);

} // namespace lamella::runtime
