// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"
#include "engine/oci/spec.h"
#include "engine/rootfs/cgroup_mounts.h"

#include <filesystem>
#include <string>
#include <vector>

namespace lamella::rootfs {

/// What a mount may find on its target.
enum class Expected {
    Anything,
    Device, ///< only what is the same device, or an empty file, which an earlier start left as a target
};

/// Where a path of the container is looked for: in the mount that was made for the directory it lies in, so that nobody
/// who swaps that directory's name meanwhile leads to another one.
struct Place {
    static constexpr std::size_t kInRoot = ~std::size_t{0};

    std::size_t mount
        = kInRoot; ///< index into MountPlan::mounts, of one whose content is the runtime's or the kernel's
    std::string path; ///< in it, without a leading slash; "." for all of it, empty only for the root itself
};

/// One mount, prepared as far as the host can: either a detached mount, or a file system that only the child can make
/// because it belongs to the child's namespaces, or a change of what is mounted already.
struct PlannedMount {
    std::string target; ///< relative to the root, without a leading slash; empty: the root itself
    Place place; ///< of the target
    UniqueFd mount; ///< detached; none: the child makes `type`
    std::string type, source;
    std::vector<std::pair<std::string, std::string>> data;
    oci::MountAttributes own, tree; ///< of what the child makes or changes
    std::vector<oci::Propagation> propagation; ///< once it is attached
    mode_t deviceType = 0; ///< with Expected::Device
    dev_t deviceNumber = 0;
    Expected expected = Expected::Anything;
    bool isTrusted = false; ///< no image and no other container decides what is in it
    bool changes = false; ///< what is mounted on the target is changed, and nothing is attached
    bool directory = true; ///< what a missing target becomes
    bool listedAnew = false; ///< the child attaches a copy, which is listed behind what it has made before
    bool noSymlinks = false; ///< no part of the target may be a symlink: what protects the container is mounted here
    bool overProc = false; ///< the target may be a file of procfs
    bool copyUp = false; ///< it begins with what it hides
    bool takesMode = false; ///< it has the mode of a target that was there
    bool readonlyAtEnd = false; ///< until then, targets of other mounts may be made in it
};

struct ProtectedPath {
    std::string path; ///< relative to the root, without a leading slash
    Place place;
};

/// Everything that happens to the root between its mount and the pivot. The child keeps in it what it makes.
struct MountPlan {
    std::vector<PlannedMount> mounts;
    std::vector<ProtectedPath> masked, readonly;
    bool rootReadonly = false;
    bool devLinks = false; ///< /dev/fd and the others are made in the root's own /dev
    bool coversRoot = false; ///< one of the mounts lies on the root itself
    std::optional<oci::Propagation> rootPropagation; ///< once the root is "/"
    struct HostSystem {
        std::string point;
        UniqueFd directory; ///< opened by the child: its own copy
    };
    std::vector<HostSystem> hostSystems; ///< every procfs and sysfs of the machine, for changeRootInto()
};

/// Reads the spec's mounts and devices and makes what the host makes: binds, /dev, device nodes, the cgroup trees
/// (which must exist), and file systems that belong to a namespace which is not the child's own. With the namespaces
/// that the spec joins by path entered (but the mount namespace).
Result<MountPlan> planMounts(const oci::Spec& spec, const std::filesystem::path& bundle, const CgroupPlace& cgroup);

/// Every procfs and sysfs that this process sees, the last mounted first.
Result<std::vector<MountPlan::HostSystem>> findHostSystems();

/// What `detail` of a report of Step::Mounts stands for: "/vol", or "/vol (the option size=many)".
std::string mountName(const MountPlan& plan, std::uint32_t detail);

/// The detail of a report of Step::Mounts. `option` is one more than the index into PlannedMount::data; 0: none.
constexpr std::uint32_t mountDetail(std::size_t mount, std::size_t option)
{
    return static_cast<std::uint32_t>(mount | (option << 16));
}

} // namespace lamella::rootfs
