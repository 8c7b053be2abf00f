// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace lamella::rootfs {

/// Whom files belong to that the host makes for a container's root.
struct Owner {
    uid_t uid = 0;
    gid_t gid = 0;
};

/// The container's root as the host sees it: what id 0 of the spec's maps stands for, or root without a user namespace.
Owner containerRoot(const oci::Spec& spec);

/// A device node or FIFO of a container.
struct DeviceNode {
    std::string path; ///< relative to the root, without a leading slash
    mode_t mode = 0; ///< type and permissions
    dev_t number = 0;
    Owner owner; ///< as the host sees it
    bool byDefault = false; ///< no bundle asked for it
};

/// The default devices of config-linux.md and linux.devices, which replace those of the same path; of two with one path
/// the first counts.
std::vector<DeviceNode> deviceNodes(const oci::Spec& spec);

/// A detached tmpfs for /dev with `nodes`, which lie below "dev/", and the symlinks of dev_links.h. Made by the host: a
/// user namespace may not make device nodes. It is writable, whatever the options say.
Result<UniqueFd> makeDevices(const oci::Mount& mount, const oci::MountOptions& options, Owner owner,
                             const std::vector<DeviceNode>& nodes);

/// Each node as a detached mount of its own, to be bound on a file: in the order of `nodes`.
Result<std::vector<UniqueFd>> makeNodeMounts(const std::vector<DeviceNode>& nodes);

} // namespace lamella::rootfs
