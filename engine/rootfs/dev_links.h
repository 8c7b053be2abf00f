// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/rootfs/devices.h"

#include <cstdint>

/// The symlinks of /dev: config-linux.md, "Dev symbolic links", and /dev/core as runtimes of the field make it, where
/// the kernel has /proc/kcore. Async-signal-safe. False with errno.
namespace lamella::rootfs {

/// In a new, empty directory.
bool makeDevLinks(int directory, Owner owner);

/// In the /dev of a root, which may be an image's: links that are there stay, and ptmx becomes the container's own. The
/// image's /dev must not be a symlink.
bool makeDevLinksIn(int root);

/// Detail of Step::Mounts for them.
inline constexpr std::uint32_t kDevLinksDetail = 0xffffffffU;

} // namespace lamella::rootfs
