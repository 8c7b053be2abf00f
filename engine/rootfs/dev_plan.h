// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/rootfs/devices.h"

#include <vector>

namespace lamella::rootfs {

/// Where a container's devices go.
struct DevPlan {
    const oci::Mount* mount = nullptr; ///< the tmpfs on /dev that gets the devices `inside`, and the links
    std::vector<DeviceNode> inside;
    std::vector<DeviceNode> outside; ///< bound one by one: no tmpfs of ours is there, or another mount hides it
    bool links = false; ///< the links are made in what the root has as /dev
};

/// A /dev that is a bind mount is taken as it is, with neither devices nor links made in it, as other runtimes do.
DevPlan planDev(const oci::Spec& spec);

} // namespace lamella::rootfs
