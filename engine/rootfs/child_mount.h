// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/rootfs/mount_plan.h"

/// The mounts that only the child can make or change, because they belong to its namespaces. Async-signal-safe, for the
/// child between clone3(2) and execve(2).
namespace lamella::rootfs {

/// A detached mount of the file system that `planned` describes, for `target`; -1 with errno. `option` says which one
/// the kernel refused, as mountDetail() counts; `found` that the target was not made for it.
int makeFileSystem(const PlannedMount& planned, int target, bool found, std::size_t& option);

/// Changes the options and attributes of what is mounted on `target`. False with errno (EINVAL: nothing is mounted
/// there), and `option` as above.
bool changeMount(const PlannedMount& planned, int target, std::size_t& option);

/// The directory in which `place` is looked for.
int baseOf(const Place& place, const MountPlan& plan, int root);

/// mount_setattr(2). False with errno.
bool setAttributes(int mount, const oci::MountAttributes& attributes, bool recursive);

/// Has `mount` and, where a change says so, all below it take part in the propagation of mounts as `changes` say. False
/// with errno.
bool setPropagation(int mount, const std::vector<oci::Propagation>& changes);
bool setPropagation(int mount, const oci::Propagation& change);

} // namespace lamella::rootfs
