// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/rootfs/mount_plan.h"
#include "engine/rootfs/reporter.h"

/// What the child does to its mount namespace between clone3(2) and execve(2). Nothing here allocates or locks; a
/// failure is reported and ends the process. The detail of a report is an index into the plan's list.
namespace lamella::rootfs {

/// Puts the detached mount `root` on top of the old root; or on `place`, a directory, where hooks must find it at its
/// own path (-1: there is no place). In a namespace of its own all mounts are made private before; in another's only
/// the one that it lies on, without which it would show elsewhere.
void attachRoot(int root, bool ownNamespace, int place, const Reporter& reporter);

/// Makes and attaches all mounts of the plan, and keeps what it makes there. Step::Mounts, detail: see mountName().
/// Returns what is the root from then on: a mount may lie on the root itself.
int attachMounts(int root, MountPlan& plan, const Reporter& reporter);

/// Covers the masked paths and makes the others, the mounts that wait for it and the root read-only. Step::Protect,
/// detail: index into masked, or 0x10000 + index into readonly; Step::Mounts as attachMounts(). Paths that do not exist
/// need no protection.
void protectPaths(int root, const MountPlan& plan, const Reporter& reporter);

/// Opens a new PTY of the container's own devpts and binds it on /dev/console; returns the master. The terminal belongs
/// to `owner`.
struct Terminal {
    int master;
    int slave;
};
Terminal makeTerminal(int root, uid_t owner, const Reporter& reporter);

/// A PTY of the devpts that is mounted at `pts` (relative to `root`); -1 with errno in both where that is no devpts.
Terminal openTerminal(int root, const char* ptmx);

/// Opens the plan's hostSystems, as the host's root, whom the way to them lets pass.
void openHostSystems(MountPlan& plan);

/// Makes `root` the root directory, lets go of everything else and sets the root's propagation.
void pivotInto(int root, const MountPlan& plan, const Reporter& reporter);

/// The same where pivot_root(2) cannot be had, as on an initramfs: the mounts of the machine stay below the
/// container's, and only the root directory keeps it from them. The `procfs` are unmounted or covered first.
void changeRootInto(int root, const MountPlan& plan, const Reporter& reporter);

/// Writes "net/ipv4/ip_forward" and the like to a procfs of our own. `value` as it stands in the spec. False with
/// errno.
bool writeSysctl(int procfs, const char* key, const char* value, std::size_t length);

/// A detached procfs of the child's own pid namespace; -1 with errno.
int makeProcfs();

} // namespace lamella::rootfs
