// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::container {

/// One mount as a process sees it (proc_pid_mountinfo(5)).
struct MountEntry {
    std::uint64_t id = 0; ///< statx(2), stx_mnt_id
    dev_t device = 0; ///< st_dev of its files
    std::string root; ///< which directory of the file system it shows
    std::string point; ///< where, from the process's root
    std::string type; ///< "overlay"
};

/// Reads the text of /proc/<pid>/mountinfo; lines that are none are left out.
std::vector<MountEntry> parseMountTable(std::string_view mountinfo);

} // namespace lamella::container
