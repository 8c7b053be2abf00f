// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"
#include "engine/layer/byte_sink.h"
#include "engine/layer/path_selection.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>

namespace lamella::layer {

/// What archiveTree() does beyond writing what it finds.
struct ArchiveOptions {
    /// The tree is overlay's upper directory: what it says of deletions becomes whiteouts and opaque directories as
    /// image layers write them (image-spec, layer.md, "Whiteouts"). Otherwise it is a tree as a container sees it.
    bool isUpper = false;

    /// The host's id of the container's root, and how many ids follow it: owners become what the container sees, 65534
    /// for those outside.
    std::uint32_t idBase = 0;
    std::uint32_t idCount = std::numeric_limits<std::uint32_t>::max();

    /// The tree is image layers with an upper directory on them: the layers' owners are the container's own ids
    /// already.
    bool hasLayers = false;

    /// What of the tree is written. A directory above what is selected is written where `writesAbove` says so, because
    /// the layers below do not have it.
    PathSelection selection;
    std::function<bool(const std::string& path)> writesAbove;

    /// Called now and then with the bytes that were written.
    std::function<void(Bytes)> progress;
    std::stop_token stop;
};

/// What an archive came to.
struct ArchivedTree {
    Bytes size; ///< of the files' data
    std::uint64_t entries = 0;
    Bytes longest; ///< the size of the largest file, with its holes
    std::uint64_t depth = 0; ///< directories above the deepest entry
};

/// Writes everything below `root` (a directory that is open for reading) as a tar archive: in a fixed order, with
/// nanoseconds, numeric owners, hard links, holes, capabilities, user attributes and ACLs. What is in the tree may
/// change meanwhile, by somebody who means harm: no symlink is followed, nothing but regular files is read, and a file
/// has as many bytes in the archive as its header says. Sockets are left out, as is what lies deeper than a path can
/// say. It is read through a mount of its own, nothing mounted in it is: `root` is on a mount of this namespace, or on
/// one without devices (MOUNT_ATTR_NODEV). Needs /proc, CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH. Errors: InvalidArgument
/// (a name that means a deletion in a layer), LimitExceeded (too many names in a directory), Cancelled, those of the
/// sink.
Result<ArchivedTree> archiveTree(BorrowedFd root, ByteSink& sink, const ArchiveOptions& options);

} // namespace lamella::layer
