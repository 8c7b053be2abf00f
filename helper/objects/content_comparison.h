// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/change_list.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace lamella::helper {

inline constexpr std::size_t kMostCompared = 256; ///< paths at a time

/// What Container.CompareContent answers for `paths` (of layer::insidePath()): for the first of them at least, and for
/// as many as can be answered without reading more than `mostRead` of the container and of the image. Any thread; takes
/// seconds where files are large, or until `stop` is requested. Errors: NotFound (the writable layer is gone),
/// Cancelled.
Result<std::vector<std::uint64_t>> compareContent(const ChangeSource& source, const std::vector<std::string>& paths,
                                                  const std::stop_token& stop, Bytes mostRead = 512_MiB);

} // namespace lamella::helper
