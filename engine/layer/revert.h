// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/overlay_tree.h"

#include "engine/base/units.h"

#include <functional>
#include <stop_token>

/// Undo: what a container has changed becomes the image's again.
namespace lamella::layer {

struct RevertOptions {
    /// A directory that is made and removed here, on the file system of the writable layer: what finishRevert() needs.
    std::filesystem::path scratch;
    /// Where something is mounted in a container that runs, and what is left alone therefore (paths of insidePath()).
    std::vector<std::string> mounts;
    /// Called now and then with the bytes that were copied from the image.
    std::function<void(Bytes)> progress;
    std::stop_token stop;
};

/// Undoes everything at `paths` (of insidePath()) and below them; "" is everything. Nobody may have mounted the overlay
/// meanwhile: entries are taken out of the writable layer, and what overlay has written about them into its index. What
/// lies in a directory that was removed and made anew is copied from the image. Killed at any point, each file is as it
/// was or as the image has it; a directory may have come back with a part of its files. A path that was not changed is
/// well. Errors: NotFound (the directory that a path lies in was removed, too), NoSpace, Cancelled. Needs root.
Result<void> revert(const OverlayDirectories& directories, const std::vector<std::string>& paths,
                    const RevertOptions& options);

/// The same while a container runs, through the root of its tree, `merged`: files are copied from the image, so that
/// they still take room in the writable layer. What is mounted is left alone, and so is what leads to it. The thread
/// must be able to create files in `merged`. Errors: also Busy (one of the paths is where something is mounted).
Result<void> revertMerged(const OverlayDirectories& directories, BorrowedFd merged,
                          const std::vector<std::string>& paths, const RevertOptions& options);

/// Removes what a killed revert() has left, before the overlay is mounted again. Well where there is nothing.
Result<void> finishRevert(const OverlayDirectories& directories, const std::filesystem::path& scratch);

/// The same for a killed revertMerged(), while the container still runs.
Result<void> finishRevertMerged(BorrowedFd merged, const std::filesystem::path& scratch);

} // namespace lamella::layer
