// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/cgroup/cgroup.h"
#include "engine/oci/spec.h"

namespace lamella::runtime {

/// linux.resources as the cgroup takes it. Errors: Unsupported (unified), InvalidArgument.
Result<cgroup::Resources> toResources(const oci::LinuxResources& resources);

} // namespace lamella::runtime
