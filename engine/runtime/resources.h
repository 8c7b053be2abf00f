// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/cgroup.h"
#include "engine/oci/spec.h"

namespace lamella::runtime {

/// linux.resources, validated, as the cgroup takes it. What is 0 where 0 means nothing counts as not set, as in runc.
cgroup::Resources toResources(const oci::LinuxResources& resources);

} // namespace lamella::runtime
