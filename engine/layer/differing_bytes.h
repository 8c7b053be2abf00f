// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"
#include "engine/layer/overlay_tree.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace lamella::layer {

/// At how many positions the container's file `path` (of insidePath()) and the image's do not have the same byte. What
/// only the longer one has is counted, and all of a file that the image does not have. A hole is zeroes, and where both
/// have one nothing is read. `budget`: how many bytes of each may be read; what was read is taken from it. Works while
/// the container writes; the number is then that of some moment of it. Any thread. Needs /proc. Errors: NotFound and
/// InvalidArgument (the container has no regular file there), Busy (a program has a lease on it), LimitExceeded (the
/// budget is used up), Cancelled.
Result<std::uint64_t> differingBytes(const OverlayTree& tree, const std::string& path, Bytes& budget,
                                     const std::stop_token& stop);

} // namespace lamella::layer
