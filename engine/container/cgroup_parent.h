// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/cgroup/cgroup.h"

#include <string>
#include <string_view>

namespace lamella::container {

/// The cgroup below which the containers' cgroups are made, by what /proc/self/cgroup says of this process
/// (cgroups(7)). On v2 the tree belongs to one manager, and a service divides only what it was delegated
/// (systemd.resource-control(5), Delegate=): the cgroup above "supervisor", where DelegateSubgroup= has put the helper
/// so that the service's own cgroup has no processes. Everywhere else "/lamella".
std::string cgroupParent(cgroup::Mode mode, std::string_view ownCgroup);

/// The same for this process on this machine. Errors: those of cgroup::detectMode() and of reading.
Result<std::string> cgroupParentHere();

} // namespace lamella::container
