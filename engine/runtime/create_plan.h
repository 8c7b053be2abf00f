// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/rootfs/mount_plan.h"
#include "engine/rootfs/reporter.h"
#include "engine/runtime/mount_space.h"
#include "engine/runtime/program.h"
#include "engine/runtime/state_document.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lamella::runtime {

/// All that the child of create() needs, made before clone3(2).
struct CreatePlan {
    Program program;
    rootfs::MountPlan mounts;
    UniqueFd root; ///< the root file system; with a user namespace it comes over the channel
    UniqueFd spentLayers; ///< rootfs::Overlay::spent
    std::vector<UniqueFd> cgroupJoins; ///< each gets "0" written to it
    std::uint64_t cloneFlags = 0;
    bool inUser = false; ///< a user namespace that is new or joined
    bool awaitParent = false; ///< what the parent does first: the id map, network devices
    bool newUser = false, newCgroup = false, newNetwork = false;
    MountSpace mountSpace;
    bool noPivot = false;
    std::string hostname, domainname;
    bool awaitHooks = false; ///< the parent runs hooks when the mounts are made
    std::vector<PreparedHook> hooks; ///< createContainer
    StateText hookState; ///< theirs
    std::vector<std::string> hookNames; ///< of them, for the parent's error
    std::string rootPlace; ///< the path at which the hooks expect the root file system; empty: none does
    struct Sysctl {
        std::string key; ///< as the specification writes it
        std::string path; ///< below /proc/sys
        std::string value;
    };
    std::vector<Sysctl> sysctls;
    UniqueFd procfs; ///< where they and the label are written; none: the child makes one
    std::string idMapUids, idMapGids; ///< as uid_map and gid_map take them
};

/// Whether something of the plan is set through a procfs.
inline bool needsProcfs(const CreatePlan& plan)
{
    return !plan.sysctls.empty() || plan.program.label.attribute != nullptr;
}

/// Prepares the hooks that the child runs, and says where they find the root file system. `state` is that of a
/// container that is being created, with kPidToCome.
void planHooks(const oci::Spec& spec, ContainerState state, CreatePlan& plan);

/// The child's ends of what connects it with its parent.
struct ChildEnds {
    BorrowedFd channel; ///< a seqpacket socket: descriptors and marks of progress
    BorrowedFd gate; ///< a byte lets the program run; the end of file ends it
};

/// The directory that hooks know as the root file system; opened by the host's root, whom the way to it lets pass. -1:
/// nobody asks for it.
int openRootPlace(const CreatePlan& plan, const rootfs::Reporter& reporter);

/// `place`, where it still is the directory whose mount `root` is. Another that has taken its place meanwhile ends the
/// process: nothing is mounted on it.
int checkedPlace(int place, int root, const rootfs::Reporter& reporter);

/// When all is mounted, and nothing is protected yet (config.md, "POSIX-platform Hooks"): first the parent's hooks, of
/// the runtime's namespaces, then those of the container's, whose paths are the host's and whose directory is the new
/// root.
void runCreateHooks(CreatePlan& plan, int root, BorrowedFd channel, const rootfs::Reporter& reporter);

/// Waits, with no more of the runtime than it takes to be started, until the gate opens; then becomes the program. The
/// caller has called confine(). A program that is missing is told before (Step::Exec).
[[noreturn]] void waitToStart(const Program& program, ChildEnds ends, const rootfs::Reporter& reporter);

/// The child of create(), up to the program.
[[noreturn]] void runCreatedChild(CreatePlan& plan, ChildEnds ends, const rootfs::Reporter& reporter);

} // namespace lamella::runtime
