// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <limits>
#include <string>
#include <vector>

namespace lamella::layer {

/// The names in a directory but "." and "..", sorted by their bytes. `directory` must be open for reading. Errors:
/// LimitExceeded (more than `limit` names), system errors.
Result<std::vector<std::string>> directoryNames(BorrowedFd directory,
                                                std::size_t limit = std::numeric_limits<std::size_t>::max());

} // namespace lamella::layer
