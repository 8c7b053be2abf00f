// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"

#include <filesystem>

namespace lamella::rootfs {

struct Bind {
    UniqueFd mount;
    bool directory = false;
};

/// A bind mount of the host's `mount.source` (relative to the bundle, or absolute), detached, with its attributes set.
Result<Bind> makeBind(const oci::Mount& mount, const oci::MountOptions& options, const std::filesystem::path& bundle);

} // namespace lamella::rootfs
