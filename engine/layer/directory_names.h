// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace lamella::layer {

/// Calls `take` with each name in a directory but "." and "..", in no order, until it fails. `directory` must be open
/// for reading. Errors: system errors, those of `take`.
Result<void> eachName(BorrowedFd directory, const std::function<Result<void>(std::string_view name)>& take);

/// The same with the names of what is a directory, or may be one: not every file system says it.
Result<void> eachDirectoryName(BorrowedFd directory, const std::function<Result<void>(std::string_view name)>& take);

/// The names in a directory but "." and "..", sorted by their bytes. `directory` must be open for reading. Errors:
/// LimitExceeded (more than `limit` names), system errors.
Result<std::vector<std::string>> directoryNames(BorrowedFd directory,
                                                std::size_t limit = std::numeric_limits<std::size_t>::max());

} // namespace lamella::layer
