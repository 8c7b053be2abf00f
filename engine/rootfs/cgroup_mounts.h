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

/// A cgroup tree that the host mounts at /sys/fs/cgroup or directly below it.
struct CgroupTree {
    std::string point;
    bool isUnified = false;
};

/// A container's own cgroup.
struct CgroupPlace {
    std::string path; ///< below each tree
    std::vector<CgroupTree> trees;
};

/// What of the cgroup trees a container sees.
struct CgroupView {
    const CgroupPlace& own;
    bool unifiedOnly = false; ///< the v2 tree alone, as the whole mount
    bool wholeUnified = false; ///< all of the v2 tree where that is the machine's only one, instead of its own part
    std::uint64_t attributes = 0; ///< MOUNT_ATTR_RDONLY or nothing
};

/// Binds what exists of `view` in each tree, without set-id, devices and execution. Only the root of a v1 tree has a
/// release_agent, and no container sees that.
Result<CgroupMounts> makeCgroupMounts(const CgroupView& view, Owner owner);

} // namespace lamella::rootfs
