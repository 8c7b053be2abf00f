// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/cgroup.h"

#include "engine/cgroup/files.h"
#include "engine/cgroup/layout.h"
#include "engine/cgroup/v1.h"
#include "engine/cgroup/v2.h"

namespace lamella::cgroup {

Result<std::unique_ptr<Cgroup>> create(TreesPointer trees, const std::string& path, const Resources& resources)
{
    std::string relative = TRY(relativePath(path));
    const bool unified = trees->mode == Mode::V2;
    return unified ? V2Cgroup::create(std::move(trees), std::move(relative), resources)
                   : V1Cgroup::create(std::move(trees), std::move(relative), resources);
}

Result<std::unique_ptr<Cgroup>> open(TreesPointer trees, const std::string& path)
{
    std::string relative = TRY(relativePath(path));
    const bool unified = trees->mode == Mode::V2;
    return unified ? V2Cgroup::open(std::move(trees), std::move(relative))
                   : V1Cgroup::open(std::move(trees), std::move(relative));
}

Result<Mode> detectMode()
{
    return TRY(machineTrees())->mode;
}

Result<std::vector<MountedTree>> mountedTrees()
{
    return TRY(machineTrees())->mounted;
}

Result<std::unique_ptr<Cgroup>> create(const std::string& path, const Resources& resources)
{
    return create(TRY(machineTrees()), path, resources);
}

Result<std::unique_ptr<Cgroup>> open(const std::string& path)
{
    return open(TRY(machineTrees()), path);
}

} // namespace lamella::cgroup
