// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/dev_plan.h"

#include "engine/oci/paths.h"

#include <algorithm>

namespace lamella::rootfs {

namespace {

constexpr std::string_view kDevPath = "/dev";

/// The last mount that hides what is on /dev before it; null where there is none.
const oci::Mount* findDev(const oci::Spec& spec, bool& isBind)
{
    const oci::Mount* found = nullptr;
    for (const oci::Mount& mount : spec.mounts) {
        const auto options = oci::parseMountOptions(mount);
        if (mount.destination != kDevPath || !options || oci::isChange(mount, *options))
            continue;
        found = &mount;
        isBind = options->bind;
    }
    return found;
}

/// Whether a mount that comes after the one on /dev lies over the directory of a node.
bool isHidden(const DeviceNode& node, const oci::Spec& spec, const oci::Mount* dev)
{
    const std::string path = "/" + node.path;
    return std::any_of(dev + 1, spec.mounts.data() + spec.mounts.size(), [&](const oci::Mount& mount) {
        return mount.destination != path && oci::isAtOrBelow(path, mount.destination);
    });
}

} // namespace

DevPlan planDev(const oci::Spec& spec)
{
    DevPlan plan;
    bool isBind = false;
    const oci::Mount* dev = findDev(spec, isBind);
    if (isBind)
        return plan;
    if (dev != nullptr && dev->type == "tmpfs")
        plan.mount = dev;
    plan.links = plan.mount == nullptr;
    for (DeviceNode& node : deviceNodes(spec)) {
        const bool inside = plan.mount != nullptr && node.path.starts_with("dev/") && !isHidden(node, spec, dev);
        (inside ? plan.inside : plan.outside).push_back(std::move(node));
    }
    return plan;
}

} // namespace lamella::rootfs
