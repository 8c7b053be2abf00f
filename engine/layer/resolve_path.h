// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/overlay_tree.h"

#include <stop_token>
#include <string>
#include <string_view>

namespace lamella::layer {

/// Where `path` (of insidePath()) leads when every symlink in it is followed, as a process whose root is the tree's
/// would do it (path_resolution(7)). Any thread. Errors: NotFound, InvalidArgument (too many symlinks), LimitExceeded
/// (its symlinks lead through too many names), Cancelled.
Result<std::string> resolvePath(const OverlayTree& tree, std::string_view path, OverlayTree::Version version,
                                const std::stop_token& stop);

} // namespace lamella::layer
