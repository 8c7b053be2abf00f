// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/layer/overlay_tree.h"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

/// The files of a container, whether it runs or not.
namespace lamella::container {

struct TreeTarget {
    layer::OverlayDirectories directories;
    std::filesystem::path config; ///< its config.json
    std::filesystem::path scratch; ///< ContainerManager::undoDirectory()
    pid_t pid = 0; ///< of its first process; 0 where it does not run
    std::string cgroupPath;
};

/// Where something is mounted on its files (paths of insidePath()), or will be when it is started. Errors: WrongState
/// (it has ended meanwhile), Unsupported (its first process has changed its root).
Result<std::vector<std::string>> mountPoints(const TreeTarget& target);

} // namespace lamella::container
