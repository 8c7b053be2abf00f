// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lamella::layer {

/// Who has changed a file, as was known in that moment.
struct Writer {
    pid_t hostPid = 0;
    pid_t containerPid = 0; ///< inside; 0 where it is not known, and for one that is not of the container
    std::string name = {}; ///< comm (proc_pid_comm(5)) as text for people; empty where it is not known
    bool isOurselves = false; ///< this program did it: an undo

    friend bool operator==(const Writer&, const Writer&) = default;
};

/// What has happened at a path within a moment, all of it together.
struct LiveChange {
    enum Kind : std::uint32_t {
        Created = 1, ///< made, or a name given to a file (link(2))
        Written = 2, ///< content; also only closed after having been opened for writing
        Attributes = 4, ///< mode, owner, times, attributes
        Deleted = 8,
        Renamed = 16, ///< it was `from` before
        Directory = 32, ///< that is what it is; no happening
    };

    std::string path = {}; ///< absolute inside the container, bytes as they are
    std::uint32_t kinds = 0; ///< of Kind
    std::string from = {}; ///< of Renamed
    Writer writer = {}; ///< the last one
    std::chrono::microseconds time{}; ///< since 1970, of the last of it
};

/// What has happened within a moment.
struct LiveChanges {
    std::vector<LiveChange> changes = {}; ///< in the order in which each path came up first
    bool rescan = false; ///< more has happened than this says: only a list of the changes tells
    bool lost = false; ///< and what is not said may be anything, also that directories have moved
};

} // namespace lamella::layer
