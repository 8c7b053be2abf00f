// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "resources/starter/tar_writer.h"

#include <string>
#include <vector>

namespace lamella::starter {

/// What one layer of the starter image brings, and the words that its history has for it.
struct LayerContent {
    std::string createdBy;
    std::vector<TarMember> members;
};

/// The three layers, from the bottom. `busybox` is the program's bytes, `applets` the names it answers to.
std::vector<LayerContent> layers(const std::string& busybox, const std::vector<std::string>& applets);

} // namespace lamella::starter
