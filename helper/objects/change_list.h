// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/layer/changes.h"
#include "engine/layer/last_writers.h"
#include "engine/layer/overlay_tree.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace lamella::helper {

/// Where a container's changes are read from, or an image's files.
struct ChangeSource {
    layer::OverlayDirectories directories;
    std::vector<std::string> diffIds; ///< of the layers, in the same order
    std::shared_ptr<const layer::LastWriters> writers; ///< null where nobody has watched
};

/// "file", "directory", …: as the contract has them.
std::string fileTypeName(layer::FileType type);

/// "A", "M", …: as the contract has them.
std::string changeLetter(layer::ChangeKind kind);

/// Reads the changes into a sealed memory file of JSON lines (Container.ListChanges). Any thread; takes as long as the
/// change is large, or until `stop` is requested; where `most` is not 0, until so many are found. Errors: LimitExceeded
/// (more than 256 MiB of lines) and those of layer::readChanges().
Result<UniqueFd> writeChanges(const ChangeSource& source, std::uint64_t most, std::stop_source stop);

/// What would be lost with a container.
struct ChangeSummary {
    struct File {
        std::string path;
        std::uint64_t number = 0;
    };
    std::uint64_t paths = 0;
    Bytes bytes;
    std::vector<File> largest; ///< at most ten, with their bytes in the writable layer
    std::vector<File> newest; ///< at most ten, with the microseconds since 1970
};

/// Errors: those of layer::readChanges().
Result<ChangeSummary> summarizeChanges(const ChangeSource& source, std::stop_token stop);

} // namespace lamella::helper
