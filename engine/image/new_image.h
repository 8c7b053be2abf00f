// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/new_image_request.h"
#include "engine/image/report.h"

namespace lamella::image {

/// The image of the layers below and the new one. Its config is that of the image below with everything that is in it,
/// also what we do not know, but for what the settings say (config.md). Parses foreign bytes: for the worker alone.
/// Errors: InvalidArgument, Unsupported, LimitExceeded.
Result<FoundImage> makeImage(const NewImageRequest& request);

} // namespace lamella::image
