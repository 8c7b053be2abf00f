// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::dbus {
struct StatsRing;
struct StatsSample;
} // namespace lamella::dbus

/// Samples of what containers use, and the list of their processes.
namespace lamella::stats {

/// The history file of one container (resources/dbus/stats_ring.h) in <run>/stats/<id>, mapped for writing. A helper
/// that comes back maps the same file again and loses no history. Mode 0600: others get a read-only descriptor.
class Ring {
public:
    /// A file of another form is begun anew. Errors: NotFound (no such directory), NotAuthorized (a file of another
    /// user or a link).
    static Result<Ring> open(const std::filesystem::path& file);
    Ring(Ring&&) noexcept;
    Ring& operator=(Ring&&) noexcept;
    ~Ring();

    /// Reads the cgroup's usage and writes one sample with the limits given (0: none).
    Result<void> sample(const std::string& cgroupPath, Bytes memoryLimit, double cpuQuota);

    /// Writes one sample that the caller made, as sample() does.
    void append(const dbus::StatsSample& sample);

    /// Another descriptor of the file, opened read-only.
    Result<UniqueFd> openReadOnly() const;

private:
    Ring() = default;
    void unmap();

    std::filesystem::path m_file;
    dbus::StatsRing* m_ring = nullptr; // mapped, owned
};

/// One process of a container as /proc shows it.
struct ProcessInfo {
    pid_t hostPid = 0;
    /// Its PID in the pid namespace below ours, the second number of NSpid (proc_pid_status(5)); the host's where the
    /// container has no pid namespace of its own, 0 for the shim.
    pid_t containerPid = 0;
    pid_t parentHostPid = 0;
    uid_t hostUid = 0;
    uid_t containerUid = 0; ///< through the container's uid map; the overflow uid where it has none
    std::uint64_t cpuUsec = 0;
    Bytes resident;
    char state = '?';
    std::string command; ///< the command line, or [name] where it has none; see printable()
};

/// `bytes` as text that can be shown in a line: valid UTF-8 in which what is none, control characters and the
/// characters that change the direction of a line are U+FFFD.
std::string printable(std::string_view bytes);

/// The processes in the cgroup, in the order of their PIDs, the shim first (where shimPid is not 0); at most 4096.
/// Processes that end meanwhile are left out. With a hostUidCount of 0 the container has the host's users. Errors:
/// NotFound (no such cgroup).
Result<std::vector<ProcessInfo>> listProcesses(const std::string& cgroupPath, pid_t shimPid, std::uint32_t hostUidBase,
                                               std::uint32_t hostUidCount);

} // namespace lamella::stats
