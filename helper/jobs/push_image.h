// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/jobs/pull_image.h"

namespace lamella::helper {

/// The work of Image.Push. Layers that the registry has already are not sent (push_layers.h); others are put together
/// again from their files, compressed into a file without a name in `scratch` and sent from there. The config, and with
/// it the image's ID, stays, and so does the manifest where the registry has the blobs that it names. Under a digest
/// only the manifest that has it is sent. The image keeps its layers until the push has ended, also when it is removed.
Work::Function pushImage(image::ImageStore& images, image::Image image, RegistryRequest request,
                         std::filesystem::path scratch);

} // namespace lamella::helper
