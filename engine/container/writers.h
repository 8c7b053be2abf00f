// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/layer/live_change.h"

#include <chrono>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <unordered_map>

namespace lamella::container {

/// Who the processes are that change a container's files. Names are given only of processes in its pid namespace or its
/// cgroup: a PID may have been given to another process meanwhile. One thread.
class Writers {
public:
    /// `firstProcess`: the directory of the container's first process in /proc; kept open by the caller.
    Writers(BorrowedFd firstProcess, std::string cgroupPath);

    /// As /proc has it now; where it has ended as it was found last, if that was seconds ago at most, or as the file
    /// that it executed is called. Of a process that neither is known of there is only the host's PID.
    layer::Writer find(pid_t pid);

    /// A process begins to execute the file of this name. It may have ended when it is asked for: then this is its
    /// name.
    void executes(pid_t pid, std::string_view file);

    /// From now on /proc is asked again: a process may have another name (execve(2)).
    void nextMoment() { ++m_moment; }

private:
    struct Known {
        layer::Writer writer;
        unsigned moment = 0;
        std::chrono::steady_clock::time_point found{}; ///< when /proc had it, or it executed something
        std::string executing = {}; ///< what its name will be, as soon as /proc says so
    };

    Known& known(pid_t pid);
    bool isInside(BorrowedFd process) const;
    bool read(pid_t pid, layer::Writer& writer) const;

    std::string m_cgroupPath;
    struct stat m_pidNamespace{};
    std::unordered_map<pid_t, Known> m_known;
    unsigned m_moment = 1;
};

} // namespace lamella::container
