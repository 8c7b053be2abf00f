// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_tree.h"
#include "engine/layer/directory_listing.h"
#include "helper/objects/change_list.h"

namespace lamella::helper {

/// What ListDirectory of a container or an image answers.
struct FileList {
    std::string path; ///< where the directory really is: of insidePath()
    UniqueFd files; ///< a sealed memory file of JSON lines
    std::string next; ///< see layer::Listing
};

/// Lists the directory that `request.path` leads to. What is mounted in the container of `mounted` is marked; none: an
/// image. Any thread. Errors: those of layer::resolvePath() and layer::listDirectory().
Result<FileList> listFiles(const ChangeSource& source, const std::optional<container::TreeTarget>& mounted,
                           layer::ListingRequest request, const std::stop_token& stop);

} // namespace lamella::helper
