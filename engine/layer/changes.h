// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <sys/stat.h>
#include <vector>

/// Reads what copy-on-write has put into a writable layer, by overlay's own rules
/// (the kernel's Documentation/filesystems/overlayfs.rst: whiteouts and opaque directories).
namespace lamella::layer {

enum class ChangeKind {
    Added,
    Modified,
    Deleted,
    Attributes, ///< only owner, mode, times or attributes
    Copied, ///< it takes room in the upper directory, and nothing differs
};
enum class FileType { File, Directory, Symlink, Fifo, Socket, CharDevice, BlockDevice };

FileType fileTypeOf(const struct stat& status);

struct Change {
    std::string path = {}; ///< absolute inside the container, bytes as they are
    ChangeKind kind = ChangeKind::Added;
    FileType type = FileType::File;
    Bytes bytes = {}; ///< what the entry costs in the upper directory (st_blocks)
    std::uint64_t size = 0; ///< of the file as it is now; of a deleted one as the image has it
    std::uint64_t sizeBelow = 0; ///< of the image's file; 0 for Added
    timespec time{}; ///< st_ctime: when it or its attributes were last changed; nothing for Deleted
    mode_t mode = 0; ///< as stat(2) has it; nothing for Deleted, like the owner
    std::uint32_t uid = 0; ///< as the container has it
    std::uint32_t gid = 0;
    int layer = -1; ///< index from the bottom of the layer that has the path; -1 for Added
};

/// Walks `upper` and calls `sink` for each change in the order of the tree; `layers` from the bottom. The cost is the
/// size of the change, not of the image. `idBase` is the host's id of the container's root (0 where ids are not
/// mapped): owners in `upper` are compared less this. A directory that is there only for what is in it
/// is no change. Works on a mounted upper directory (a running container): what vanishes meanwhile is skipped. What
/// lies deeper than a path can say (PATH_MAX) is left out; the root directory itself is never a change. Errors:
/// NotFound (no upper directory), LimitExceeded (half a million names in a directory and those above it), Cancelled.
Result<void> readChanges(const std::filesystem::path& upper, const std::vector<std::filesystem::path>& layers,
                         std::uint32_t idBase, const std::function<void(const Change&)>& sink, std::stop_token stop);

} // namespace lamella::layer
