// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/export.h"
#include "engine/image/owner_rights.h"

#include <string>
#include <vector>

namespace lamella::container {

/// What keepChanges() has not written, the first thousand: a letter, a space and the path inside the container.
/// "D": deleted, "O": a directory that took the place of the image's with all that was in it, "S": a device or pipe, or
/// a link of a kind that the file system does not have.
using NotKept = std::vector<std::string>;

/// Writes what a container has changed below the empty directory `into` as a user's own files: all of it, or the paths
/// of `selection`. Files, directories, symbolic and hard links come with their contents and times of files; owners,
/// attributes, set-id bits and rights of others to write are not kept. Everything is made with the rights of `owner`,
/// nothing is overwritten, no link is followed and nothing outside of the directory touched. What ends it early leaves
/// what was written. `into` is open for reading, for example by the user himself. Needs root; for a thread of its own.
/// Errors: InvalidArgument (the directory is not empty), Cancelled, NoSpace, what the file system refuses the owner,
/// those of archiveChanges().
Result<NotKept> keepChanges(const layer::OverlayDirectories& directories, layer::PathSelection selection,
                            BorrowedFd into, const image::Owner& owner, std::function<void(Bytes)> progress,
                            std::stop_token stop);

} // namespace lamella::container
