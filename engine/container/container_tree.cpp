// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/container_tree.h"

#include "engine/container/merged_root.h"
#include "engine/layer/tree.h"
#include "engine/oci/spec.h"
#include "engine/os/file.h"

namespace lamella::container {

Result<std::vector<std::string>> mountPoints(const TreeTarget& target)
{
    if (target.pid != 0)
        return TRY(openMergedRoot(target.pid, target.cgroupPath)).mounts;
    const auto spec = TRY(oci::parseSpec(TRY(os::readFile(target.config))));
    std::vector<std::string> points;
    for (const auto& mount : spec.mounts)
        points.push_back(TRY(layer::insidePath(mount.destination)));
    return points;
}

} // namespace lamella::container
