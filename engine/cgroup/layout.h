// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/cgroup/cgroup.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Where a machine mounts its cgroup trees. Tests hand in trees of their own.
namespace lamella::cgroup {

/// One v1 tree: the controllers that are mounted together ("cpu,cpuacct") and where.
struct V1Hierarchy {
    std::vector<std::string> controllers;
    std::string mountPoint;
};

struct Layout {
    Mode mode = Mode::V1;
    std::vector<V1Hierarchy> v1; ///< only those with a controller that we use
    std::string unified; ///< the mount point of the v2 tree; empty where there is none
    std::string systemd = {}; ///< the mount point of the v1 tree "name=systemd", which limits nothing; empty: none
    std::vector<MountedTree> mounted = {}; ///< each place once
};

/// Reads the layout from the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). A mount whose root is a sub-cgroup
/// (a nested container) counts like any other: paths start at what is mounted. Of several mounts of one tree the one
/// below /sys/fs/cgroup counts. Errors: Unsupported where neither v1 controllers nor a v2 tree are mounted.
Result<Layout> parseLayout(std::string_view mountinfo);

/// The trees of a layout with their mount points opened, shared by all cgroups of a process.
struct Trees {
    struct V1 {
        std::vector<std::string> controllers;
        UniqueFd root;
        bool has(std::string_view controller) const;
        /// True where nothing needs it unless a limit of it is asked for (hugetlb, net_cls, net_prio, rdma): a
        /// container may be without a cgroup in this tree.
        bool isOnDemand() const;
    };
    Mode mode = Mode::V1;
    std::vector<V1> v1;
    std::vector<MountedTree> mounted;
    UniqueFd systemd; ///< only with v1
    UniqueFd unified;

    /// The trees that limit nothing beside those of v1. A container has a cgroup in them so that others find its
    /// processes there: systemd, and who writes to cgroup.kill.
    std::vector<BorrowedFd> tracking() const;

    /// The v1 tree that has `controller`, or nullptr.
    const V1* tree(std::string_view controller) const;
};

using TreesPointer = std::shared_ptr<const Trees>;

Result<TreesPointer> openTrees(const Layout& layout);

/// The cgroup of the v2 tree that a process is in (/proc/<pid>/cgroup, cgroups(7)), where that is `path` or below it:
/// Cgroup::openWith().
Result<UniqueFd> openUnifiedWith(const Trees& trees, const std::string& path, pid_t pid);

/// This machine's trees, opened once. Any thread.
Result<TreesPointer> machineTrees();

/// The functions of cgroup.h, on trees that the caller chooses.
Result<std::unique_ptr<Cgroup>> create(TreesPointer trees, const std::string& path, const Resources& resources = {});
Result<std::unique_ptr<Cgroup>> open(TreesPointer trees, const std::string& path);

} // namespace lamella::cgroup
