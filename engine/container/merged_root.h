// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

/// The file tree of a container that runs, without entering its namespaces.
namespace lamella::container {

struct MergedRoot {
    UniqueFd root; ///< the root of its overlay (O_PATH)
    std::vector<std::string> mounts; ///< where something is mounted on it: "proc", "etc/hosts"
};

/// Opens the tree of the container whose first process is `pid`, if that still is in the cgroup `cgroupPath`
/// (proc_pid_root(5), proc_pid_mountinfo(5)). Errors: WrongState (it has ended), Unsupported (its first process has
/// changed its root).
Result<MergedRoot> openMergedRoot(pid_t pid, const std::string& cgroupPath);

/// Whether the process of this directory of /proc is in the cgroup or one below it; false where it has ended.
bool isInCgroup(BorrowedFd process, const std::string& cgroupPath);

/// The way into that tree, again and again. Nothing of the tree is held: an overlay of which something is open cannot
/// be mounted once more, when the container starts again.
class RunningRoot {
public:
    /// Errors: those of openMergedRoot().
    static Result<RunningRoot> find(pid_t pid, const std::string& cgroupPath);

    /// The root, opened for reading; closed again soon. Errors: WrongState (it has ended), Unsupported (its first
    /// process has changed its root).
    Result<UniqueFd> open() const;

    /// The first process's directory in /proc (O_PATH).
    BorrowedFd process() const { return m_process.borrow(); }

private:
    UniqueFd m_process;
    std::uint64_t m_mount = 0;
};

/// While this lives the thread makes files as the user `base` of the host, a container's root, and keeps its
/// capabilities: who has no id in the container may make nothing there (credentials(7), setfsuid(2)).
class ActAsContainerRoot {
public:
    static Result<ActAsContainerRoot> enter(std::uint32_t base);
    ActAsContainerRoot(ActAsContainerRoot&& other) noexcept;
    ActAsContainerRoot& operator=(ActAsContainerRoot&&) = delete;
    ~ActAsContainerRoot();

private:
    ActAsContainerRoot() = default;
    bool m_active = true;
};

} // namespace lamella::container
