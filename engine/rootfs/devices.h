// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"

#include <sys/types.h>

namespace lamella::rootfs {

/// Whom files belong to that the host makes for a container's root.
struct Owner {
    uid_t uid = 0;
    gid_t gid = 0;
};

/// The container's root as the host sees it: what id 0 of the spec's maps stands for, or root without a user namespace.
Owner containerRoot(const oci::Spec& spec);

/// A detached tmpfs with the default devices and symlinks of config-linux.md ("Default Devices", "Dev symbolic links").
/// Made by the host: a user namespace may not make device nodes.
Result<UniqueFd> makeDevices(const oci::MountOptions& options, Owner owner);

} // namespace lamella::rootfs
