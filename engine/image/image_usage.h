// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"

#include <set>

namespace lamella::image {

/// What each of a user's images takes, and all together. Layers are counted once.
Usage usageOf(const std::vector<Image>& images);

/// What would go of `images` if those that no container is made of went: all of them, or only those without a name.
Prunable prunableOf(const std::vector<Image>& images, const std::set<std::string>& inUse, PruneWhat what);

} // namespace lamella::image
