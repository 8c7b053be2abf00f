// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/rootfs/devices.h"

#include <string>
#include <vector>

namespace lamella::rootfs {

/// The container's own cgroup as it appears below /sys/fs/cgroup in the container. Everything is a detached mount.
struct CgroupMounts {
    struct Tree {
        std::string name; ///< "memory"; empty for the unified tree, which is all of /sys/fs/cgroup
        UniqueFd mount;
    };
    UniqueFd base; ///< v1: the tmpfs with a directory for each tree
    std::vector<Tree> trees;
};

/// Binds what exists of `cgroupPath` in each tree that the host mounts below /sys/fs/cgroup, read-only and without
/// set-id, devices and execution: a container that could write there might write release_agent of v1.
Result<CgroupMounts> makeCgroupMounts(const std::string& cgroupPath, Owner owner);

} // namespace lamella::rootfs
