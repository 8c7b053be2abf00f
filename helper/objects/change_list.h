// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace lamella::helper {

/// Where a container's changes are read from.
struct ChangeSource {
    std::filesystem::path upper;
    std::vector<std::filesystem::path> layers; ///< from the bottom
    std::uint32_t idBase = 0; ///< first host id of the container's user namespace
    std::vector<std::string> diffIds; ///< of the layers, in the same order
};

/// Reads the changes into a sealed memory file of JSON lines (Container.ListChanges). Any thread; takes as long as the
/// change is large, or until `stop` is requested. Errors: LimitExceeded (more than 256 MiB of lines) and those of
/// layer::readChanges().
Result<UniqueFd> writeChanges(const ChangeSource& source, std::stop_source stop);

} // namespace lamella::helper
