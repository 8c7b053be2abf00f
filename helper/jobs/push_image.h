// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/jobs/pull_image.h"

namespace lamella::helper {

/// The work of Image.Push. Layers are put together again from their files, compressed into a file without a name in
/// `scratch` and sent from there, one after the other; what the registry has already is not sent. The manifest is made
/// anew, the config, and with it the image's ID, stays. `image` keeps its layers as long as somebody has it: an image
/// that is removed meanwhile makes the job fail.
Work::Function pushImage(image::ImageStore& images, image::Image image, RegistryRequest request,
                         std::filesystem::path scratch);

} // namespace lamella::helper
