// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

/// Samples of what containers use, and the list of their processes.
namespace lamella::stats {

/// The history file of one container (resources/dbus/stats_ring.h) in <run>/stats/<id>, mapped for writing. A helper that
/// comes back maps the same file again and loses no history. Mode 0600: others get a read-only descriptor.
class Ring {
public:
    static Result<Ring> open(const std::filesystem::path& file);
    Ring(Ring&&) noexcept;
    Ring& operator=(Ring&&) noexcept;
    ~Ring();

    /// Reads the cgroup's usage and writes one sample with the limits given (0: none).
    Result<void> sample(const std::string& cgroupPath, Bytes memoryLimit, double cpuQuota);

    /// Another descriptor of the file, opened read-only.
    Result<UniqueFd> openReadOnly() const;

private:
    Ring() = default;
    std::filesystem::path m_file;
    void* m_map = nullptr;
};

/// One process of a container as /proc shows it.
struct ProcessInfo {
    pid_t hostPid = 0;
    pid_t containerPid = 0; ///< the last number of NSpid (proc_pid_status(5))
    pid_t parentHostPid = 0;
    uid_t hostUid = 0;
    uid_t containerUid = 0; ///< through the container's uid map; the overflow uid where it has none
    std::uint64_t cpuUsec = 0;
    Bytes resident;
    char state = '?';
    std::string command; ///< the command line, or [name] where it has none; control characters replaced
};

/// The processes in the cgroup, in the order of their PIDs, the shim first. Processes that end meanwhile are left out.
Result<std::vector<ProcessInfo>> listProcesses(const std::string& cgroupPath, pid_t shimPid, std::uint32_t hostUidBase, std::uint32_t hostUidCount);

} // namespace lamella::stats
