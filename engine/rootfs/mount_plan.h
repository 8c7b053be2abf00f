// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"
#include "engine/oci/spec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace lamella::rootfs {

/// One mount, prepared as far as the host can: either a detached mount, or a file system that only the child can make
/// because it belongs to the child's namespaces.
struct PlannedMount {
    std::string target; ///< relative to the root, without a leading slash
    UniqueFd mount; ///< detached; none: the child makes `type`
    std::string type;
    std::vector<std::pair<std::string, std::string>> data;
    std::uint64_t attributes = 0;
    bool directory = true; ///< what a missing target becomes
    bool noSymlinks = false; ///< no part of the target may be a symlink: what protects the container is mounted here
};

/// Everything that happens to the root between its mount and the pivot.
struct MountPlan {
    std::vector<PlannedMount> mounts;
    std::vector<std::string> masked, readonly; ///< relative to the root
    bool rootReadonly = false;
};

/// Reads the spec's mounts and makes what the host makes: binds, /dev, the cgroup trees (which must exist), and a sysfs
/// that belongs to a network namespace which is not the child's own.
Result<MountPlan> planMounts(const oci::Spec& spec, const std::filesystem::path& bundle, const std::string& cgroupPath);

} // namespace lamella::rootfs
