// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/report.h"

/// What the administrator has set, asked before anything is done.
namespace lamella::image {

/// Errors: LimitExceeded, which names the setting.
Result<void> checkBlob(const Descriptor& blob, const Limits& limits);
Result<void> checkTree(const layer::ArchivedTree& tree, const Limits& limits);
Result<void> checkImage(const FoundImage& image, const Limits& limits);

} // namespace lamella::image
