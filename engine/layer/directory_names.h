// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <string>
#include <vector>

namespace lamella::layer {

/// The names in a directory but "." and "..", sorted by their bytes. `directory` must be open for reading.
Result<std::vector<std::string>> directoryNames(BorrowedFd directory);

} // namespace lamella::layer
