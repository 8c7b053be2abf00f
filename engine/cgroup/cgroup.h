// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/cgroup/resources.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

/// cgroup v1 and v2 behind one interface (cgroups(7); the kernel's Documentation/admin-guide/cgroup-v1 and
/// cgroup-v2.rst). All of it needs root, or a delegated subtree.
namespace lamella::cgroup {

enum class Mode { V1, V2, Hybrid };

/// What a cgroup has used. Counters start at 0 with the cgroup.
struct Usage {
    std::uint64_t cpuUsec = 0;
    std::uint64_t throttledUsec = 0;
    Bytes memory; ///< usage less inactive file cache (the working set)
    Bytes memoryAnon;
    Bytes memoryFile;
    Bytes memoryKernel;
    std::uint64_t pids = 0;
    std::uint64_t oomKills = 0;
};

/// Paths below a cgroup, each for the tree of a v1 controller ("cpu").
using SubCgroups = std::map<std::string, std::string>;

/// One container's cgroup in every controller. Copies nothing, owns only descriptors: remove() is explicit because a
/// container's cgroup outlives the object that a restarted helper has of it.
class Cgroup {
public:
    virtual ~Cgroup() = default;

    /// Sets what `resources` names, now and for running processes too, but for the devices: those are the cgroup's from
    /// its start. A limit the kernel refuses is an error that names the file ("memory.max") and the value. Errors:
    /// Unsupported where this version of cgroups has no such limit, or the machine no such controller.
    virtual Result<void> apply(const Resources& resources) = 0;

    /// Descriptors, opened for writing, through which a single-threaded process joins by writing "0" to each of them
    /// itself: tasks files (v1; not that of a v2 tree beside it) or cgroup.procs (v2). Moving another process costs 11
    /// ms on v1, this does not. They work from inside a user namespace too, because the opener's rights count. Those of
    /// the controllers in `below` are of cgroups that exist below this one. Errors: InvalidArgument for a controller
    /// that is not there, as v2 has none, or a path that leads out.
    virtual Result<std::vector<UniqueFd>> joinDescriptors(const SubCgroups& below = {}) const = 0;

    /// The directory's descriptor for CLONE_INTO_CGROUP (clone3(2)): v2's, also where that is mounted beside v1.
    virtual std::optional<BorrowedFd> cloneInto() const = 0;

    /// Whether a process that was cloned into that must join by joinDescriptors(), too.
    virtual bool needsJoin() const = 0;

    /// The same of the cgroup that the process is in, which must be this one or below it. It is for a v2 cgroup that
    /// was divided by its own processes, and so takes no others itself (EBUSY). Errors: WrongState where the process is
    /// elsewhere; NotFound.
    virtual Result<UniqueFd> openWith(pid_t pid) const = 0;

    virtual Result<Usage> usage() const = 0;
    virtual Result<std::vector<pid_t>> processes() const = 0;

    /// Stops (or lets go on) all processes and waits until they are stopped. No process of the cgroup may be the
    /// caller.
    virtual Result<void> freeze(bool frozen) = 0;
    virtual Result<bool> frozen() const = 0;

    /// Sends SIGKILL to every process, also to those that fork meanwhile, thaws it, and waits until all are gone.
    virtual Result<void> killAll() = 0;

    /// Removes the directories (it must be empty). Succeeds where they are gone already.
    virtual Result<void> remove() = 0;
};

/// What this machine mounts below /sys/fs/cgroup, read once.
Result<Mode> detectMode();

/// A tree that is mounted at /sys/fs/cgroup or directly below it.
struct MountedTree {
    std::string point;
    bool isUnified = false; ///< v2's
};

/// All of them, also those without controllers, as when they were read first.
Result<std::vector<MountedTree>> mountedTrees();

/// Makes the cgroup `path` (runtime-spec's linux.cgroupsPath, for example "/lamella/<id>") below each controller's root
/// (v1) or below the unified root (v2), with these limits and devices, or nothing of it. There its controllers are
/// enabled on the way down, from the innermost cgroup that systemd has delegated (CGROUP_DELEGATION.md), or from the
/// root where none is. One that is there already is taken where nobody is in it. Refuses "..". Errors: AlreadyExists
/// (with processes), those of apply().
Result<std::unique_ptr<Cgroup>> create(const std::string& path, const Resources& resources = {});

/// The same cgroup, made earlier, perhaps by another process. Errors: NotFound.
Result<std::unique_ptr<Cgroup>> open(const std::string& path);

} // namespace lamella::cgroup
