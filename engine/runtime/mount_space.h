// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"

namespace lamella::runtime {

/// In which mount namespace a container's file systems are.
enum class MountSpaceKind {
    New, ///< its own
    Joined, ///< one that exists
    Shared, ///< the runtime's: only the container's processes know of them
};

struct MountSpace {
    MountSpaceKind kind = MountSpaceKind::New;
    UniqueFd joined; ///< the namespace of Joined
    /// They are a tree that is mounted nowhere: Shared always is, and Joined where the kernel has it (Linux 6.15);
    /// before they lie on top of the joined namespace's root, and stay there.
    bool isDetached = false;
};

/// What the spec asks for. Errors: Unsupported for Shared on a kernel that cannot mount in a tree that is mounted
/// nowhere (Linux 6.15 is the first): nothing of a container is ever mounted on the machine itself.
Result<MountSpace> planMountSpace(const oci::Spec& spec);

} // namespace lamella::runtime
