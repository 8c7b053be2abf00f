// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/rootfs/mount_plan.h"
#include "engine/rootfs/reporter.h"

/// What the child does to its mount namespace between clone3(2) and execve(2). Nothing here allocates or locks; a
/// failure is reported and ends the process. The detail of a report is an index into the plan's list.
namespace lamella::rootfs {

/// Makes the namespace's mounts private and puts the detached mount `root` on top of the old root; or on `place`, a
/// directory, where hooks must find it at its own path. -1: there is no place.
void attachRoot(int root, int place, const Reporter& reporter);

/// Makes and attaches all mounts of the plan. Step::Mounts, detail: index into mounts.
void attachMounts(int root, const MountPlan& plan, const Reporter& reporter);

/// Covers the masked paths and makes the others read-only. Step::Protect, detail: index into masked, or 0x10000 + index
/// into readonly. Paths that do not exist need no protection.
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

/// Makes `root` the root directory and lets go of everything else.
void pivotInto(int root, const Reporter& reporter);

/// Writes "net/ipv4/ip_forward" and the like to a procfs of our own. `value` as it stands in the spec. False with
/// errno.
bool writeSysctl(int procfs, const char* key, const char* value, std::size_t length);

/// A detached procfs of the child's own pid namespace; -1 with errno.
int makeProcfs();

} // namespace lamella::rootfs
