// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/statistics.h"

#include "engine/cgroup/counters.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/layout.h"

namespace lamella::cgroup {

Result<Statistics> readStatistics(const std::string& path)
{
    return readStatistics(TRY(machineTrees()), path);
}

Result<Statistics> readStatistics(const TreesPointer& trees, const std::string& path)
{
    TRY(open(trees, path));
    const std::string relative = TRY(relativePath(path));
    return trees->mode == Mode::V2 ? readV2(*trees, relative) : readV1(*trees, relative);
}

} // namespace lamella::cgroup
