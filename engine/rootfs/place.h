// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/rootfs/mount_plan.h"

namespace lamella::rootfs {

/// Where `path`, relative to the root, is looked for once `mounts` are made: in the last of them that shows at or above
/// it, where that is trusted; else in the root.
Place placeOf(const std::string& path, const std::vector<PlannedMount>& mounts);

/// The same for each path to protect; they are absolute.
std::vector<ProtectedPath> protectedPaths(const std::vector<std::string>& paths,
                                          const std::vector<PlannedMount>& mounts);

} // namespace lamella::rootfs
