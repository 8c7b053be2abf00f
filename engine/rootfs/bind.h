// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"

#include <filesystem>
#include <optional>

namespace lamella::rootfs {

struct Bind {
    UniqueFd mount;
    bool directory = false;
    bool ofKernel = false; ///< a procfs or sysfs
};

/// A bind mount of the host's `mount.source` (relative to the bundle, or absolute), detached, with its attributes set
/// and, where there is one, the id map of `userNamespace`. It takes part in the host's propagation of mounts only as
/// far as an option of it says, and what is mounted in it shows on the host only where `rootPropagation`
/// (linux.rootfsPropagation) is "shared" or "rshared", too. Errors: InvalidArgument for something else than a procfs on
/// /proc.
Result<Bind> makeBind(const oci::Mount& mount, const oci::MountOptions& options, const std::filesystem::path& bundle,
                      std::string_view rootPropagation, std::optional<BorrowedFd> userNamespace);

/// A detached copy of the tree of mounts below `directory`, for the container's root: what is mounted on the host later
/// shows in it only with a `propagation` ("rslave") that says so, and what is mounted in it never shows on the host.
Result<UniqueFd> copyTree(BorrowedFd directory, std::string_view propagation, std::string_view what);

} // namespace lamella::rootfs
