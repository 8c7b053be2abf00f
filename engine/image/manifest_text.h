// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/documents.h"

#include <string>
#include <string_view>
#include <vector>

namespace lamella::image {

/// A manifest of our own (manifest.md) for a config and its layers: the same input gives the same text.
std::string manifestText(std::string_view config, const std::vector<Descriptor>& layers);

} // namespace lamella::image
