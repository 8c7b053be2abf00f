// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/place.h"

#include "engine/base/compose.h"
#include "engine/oci/paths.h"
#include "engine/rootfs/dev_links.h"

namespace lamella::rootfs {

Place placeOf(const std::string& path, const std::vector<PlannedMount>& mounts)
{
    for (std::size_t i = mounts.size(); i-- > 0;) {
        const PlannedMount& mount = mounts[i];
        if (mount.changes || !oci::isAtOrBelow("/" + path, "/" + mount.target))
            continue;
        if (!mount.isTrusted || !mount.directory || mount.target.empty())
            break;
        return {i, path.size() == mount.target.size() ? "." : path.substr(mount.target.size() + 1)};
    }
    return {.path = path};
}

std::vector<ProtectedPath> protectedPaths(const std::vector<std::string>& paths,
                                          const std::vector<PlannedMount>& mounts)
{
    std::vector<ProtectedPath> out;
    out.reserve(paths.size());
    for (const auto& path : paths)
        out.push_back({path.substr(1), placeOf(path.substr(1), mounts)});
    return out;
}

std::string mountName(const MountPlan& plan, std::uint32_t detail)
{
    if (detail == kDevLinksDetail)
        return "the links of /dev";
    const std::size_t index = detail & 0xffffU;
    const std::size_t option = detail >> 16;
    if (index >= plan.mounts.size())
        return {};
    const PlannedMount& mount = plan.mounts[index];
    std::string name = "/" + mount.target;
    if (option != 0 && option <= mount.data.size()) {
        const auto& [key, value] = mount.data[option - 1];
        name += compose(" (the option {}{}{})", key, value.empty() ? "" : "=", value);
    }
    return name;
}

} // namespace lamella::rootfs
