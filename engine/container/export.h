// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/layer/byte_sink.h"
#include "engine/layer/overlay_tree.h"
#include "engine/layer/path_selection.h"
#include "engine/layer/tree_archive.h"

#include <functional>
#include <stop_token>

namespace lamella::container {

/// Writes the whole tree of a container, as it sees it, to `file` as a tar archive. It is read through an overlay of
/// its own that can only be read and that no mount namespace has: the container is not entered, and what is mounted in
/// it is not seen. What it changes meanwhile may be in the archive or not. Needs CAP_SYS_ADMIN; from any thread.
/// `progress` is called with the bytes of the files that were written. Errors: NotFound (it has gone), Cancelled, those
/// of mounting and of writing.
Result<void> exportTree(const layer::OverlayDirectories& directories, BorrowedFd file,
                        std::function<void(Bytes)> progress, std::stop_token stop);

/// Writes what a container has changed, as an image layer has it, to `sink`: all of it, or the paths of `selection`
/// with the new directories that they lie in. Otherwise like exportTree().
Result<layer::ArchivedTree> archiveChanges(const layer::OverlayDirectories& directories, layer::PathSelection selection,
                                           layer::ByteSink& sink, std::function<void(Bytes)> progress,
                                           std::stop_token stop);

} // namespace lamella::container
