// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/changes.h"
#include "engine/layer/overlay_tree.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// Looking around in a container's files, or in its image's, without mounting them.
namespace lamella::layer {

/// One name of a directory.
struct ListedFile {
    std::string name;
    struct stat status{};
    std::string target = {}; ///< of a symlink
    int layer = -1; ///< that it is of, from the bottom; -1 for the writable one
    std::optional<ChangeKind> change = {}; ///< against the image
    bool isCopiedUp = false; ///< a directory of the image that is in the writable layer too, mostly for what lies in it
};

struct ListingRequest {
    std::string path; ///< of insidePath(), with no symlink in it
    OverlayTree::Version version = OverlayTree::Version::Container;
    std::string after = {}; ///< only names that come behind this one
    std::size_t most = 10'000; ///< names at a time
};

struct Listing {
    std::vector<ListedFile> files; ///< sorted by the bytes of their names; fewer than asked for where some are deleted
    std::string next; ///< where there may be more: the `after` to ask with
};

/// Lists a directory. However many names it has, no more are held than were asked for. Files that are as long as the
/// image's are compared byte by byte as long as they are small; larger ones with another time count as modified. What
/// vanishes meanwhile is left out. Any thread. Errors: NotFound, InvalidArgument (it is no directory), Cancelled.
Result<Listing> listDirectory(const OverlayTree& tree, const ListingRequest& request, const std::stop_token& stop);

/// The target of a symlink that is open (O_PATH); `path` is for people.
Result<std::string> readLink(BorrowedFd link, std::string_view path);

} // namespace lamella::layer
