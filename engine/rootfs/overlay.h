// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"

#include <filesystem>
#include <optional>
#include <vector>

/// The root file system as a detached mount: nothing is ever mounted on the host, and the kernel cleans up by itself.
namespace lamella::rootfs {

/// True where the annotations of oci/spec.h ask for an overlay.
bool hasOverlay(const oci::Spec& spec);

struct Overlay {
    UniqueFd mount; ///< detached
    UniqueFd spent; ///< or none: overlay has a copy of this mount, and closing it takes the kernel a while
};

/// The overlay of the annotations. With `userNamespace` the layers appear with its ids: they are reached through one
/// idmapped mount of the directory above them; upper and work stay as they are, because overlay makes its own files in
/// there as root. Before Linux 6.15 that mount stands in a short-lived mount namespace (os::callWithPrivateMounts()).
/// From any thread. Errors: InvalidArgument (a layer lies outside of layers), those of mounting, Failed where the
/// kernel would mount it read-only.
Result<Overlay> makeOverlay(const oci::Spec& spec, std::optional<BorrowedFd> userNamespace);

/// What `directories`, two at least and the topmost first, show together, to be read only. One of them may be the upper
/// directory of another overlay: what that changes meanwhile may be seen or not. From any thread.
Result<UniqueFd> makeReadOnlyOverlay(const std::vector<std::filesystem::path>& directories);

/// root.path of the bundle, as a detached bind mount.
Result<UniqueFd> makeRootBind(const oci::Spec& spec, const std::filesystem::path& bundle);

} // namespace lamella::rootfs
