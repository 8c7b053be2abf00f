// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/os/process.h"
#include "engine/runtime/await.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace lamella::runtime {

/// What the helper of cloneSibling() does: false with errno. It has async-signal-safe functions only, and keeps the
/// descriptor that it is given open.
using Entering = std::function<bool(int channel)>;

struct SiblingRequest {
    Entering enter;
    std::string_view what; ///< that is not done where it fails: "cannot …"
    std::uint64_t flags = 0; ///< of the child
    std::optional<BorrowedFd> helperCgroup = std::nullopt; ///< for CLONE_INTO_CGROUP; the child inherits it
    std::optional<BorrowedFd> cgroup = std::nullopt; ///< of the child, which then has this descriptor
    std::optional<Deadline> until = std::nullopt; ///< a helper in a paused container says nothing
};

/// os::clone() of a child that is from its first moment where the caller could not come back from, or may not look
/// around itself: a helper enters there and makes the child as its sibling, which goes on when the caller has it. Errors:
/// those of `enter` and of clone3(2); Failed when it is `until`. After an error there is no child.
Result<os::Child> cloneSibling(const SiblingRequest& request);

} // namespace lamella::runtime
