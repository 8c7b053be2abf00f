// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <filesystem>

namespace lamella::helper {

/// Makes a directory of ours and those above it, and makes sure that it is root's with mode 0700: nobody else has
/// anything to read there (CVE-2024-25621). Errors: NotAuthorized (it is another user's), system errors.
Result<void> makePrivateDirectory(const std::filesystem::path& directory);

/// Takes the lock of a state directory for as long as the descriptor is open: two helpers on one root would undo each
/// other's work. Errors: Busy.
Result<UniqueFd> lockRoot(const std::filesystem::path& root);

} // namespace lamella::helper
