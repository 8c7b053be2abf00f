// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/revert.h"

#include <sys/types.h>

namespace lamella::container {

/// A container whose changes are undone. Somebody holds it (ContainerManager::hold()).
struct UndoTarget {
    layer::OverlayDirectories directories;
    std::filesystem::path scratch; ///< ContainerManager::undoDirectory()
    pid_t pid = 0; ///< of its first process; 0 where it does not run
    std::string cgroupPath;
};

/// Gives `paths` (of layer::insidePath()) and what is below them back the image's version: layer::revert() or, while
/// it runs, layer::revertMerged(). On a thread of its own, whose file system ids it changes meanwhile. Errors: theirs,
/// WrongState (it has ended meanwhile).
Result<void> undoChanges(const UndoTarget& target, const std::vector<std::string>& paths,
                         std::function<void(Bytes)> progress, std::stop_token stop);

} // namespace lamella::container
