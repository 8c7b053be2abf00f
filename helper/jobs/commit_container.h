// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/export.h"
#include "helper/jobs/work.h"

#include <filesystem>
#include <functional>

namespace lamella::helper {

struct CommitRequest {
    uid_t owner = 0; ///< of the container, and of the new image
    std::string image; ///< the ID of the container's
    container::TreeParts parts;
    image::NewImageSettings settings;
    std::filesystem::path scratch; ///< a directory for a large file without a name
};

/// The work of Container.Commit. `filesRead` is called, on the thread, when the container's files are needed no more.
Work::Function commitContainer(image::ImageStore& images, CommitRequest request, std::function<void()> filesRead);

} // namespace lamella::helper
