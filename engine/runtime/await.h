// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <chrono>
#include <optional>

namespace lamella::runtime {

using Deadline = std::chrono::steady_clock::time_point;

/// How long a process that was killed may take to end. A frozen one does not end at all.
inline constexpr std::chrono::milliseconds kDying{500};

/// When one that waits from now on for `patience` has waited long enough.
inline Deadline in(std::chrono::seconds patience)
{
    return std::chrono::steady_clock::now() + patience;
}

/// Waits until a child says something on `fd`, or closes it. Errors: Cancelled where `stop` can be read, which may be
/// none; Failed when it is `until`.
Result<void> awaitWord(BorrowedFd fd, BorrowedFd stop, std::optional<Deadline> until);

} // namespace lamella::runtime
