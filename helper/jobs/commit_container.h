// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/export.h"
#include "helper/jobs/work.h"

#include <functional>

namespace lamella::helper {

struct CommitRequest {
    uid_t owner = 0; ///< of the container, and of the new image
    std::string image; ///< the ID of the container's
    layer::OverlayDirectories parts;
    layer::PathSelection selection; ///< of its changes
    image::NewImageSettings settings;
};

/// The work of Container.Commit. `filesRead` is called, on a thread, when the container's files are needed no more.
Work::Function commitContainer(image::ImageStore& images, CommitRequest request, std::function<void()> filesRead);

} // namespace lamella::helper
