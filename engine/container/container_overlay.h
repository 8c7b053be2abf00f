// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_files.h"
#include "engine/container/container_manager.h"

namespace lamella::container {

/// Where a container's files lie; with the layers of its image, and none where that cannot be found.
layer::OverlayDirectories overlayOf(const Container& container, const ContainerFiles& files,
                                    const image::ImageStore& images);

} // namespace lamella::container
