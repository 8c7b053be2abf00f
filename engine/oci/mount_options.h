// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lamella::oci {

/// The options of a mount, sorted into what the kernel takes in different places.
struct MountOptions {
    bool bind = false;
    bool recursive = false; ///< rbind
    std::uint64_t set = 0; ///< MOUNT_ATTR_… to set
    std::uint64_t clear = 0; ///< MOUNT_ATTR_… to clear
    bool recursiveReadonly = false; ///< rro
    std::vector<std::pair<std::string, std::string>> data; ///< for the file system: key and value ("" for a flag)
};

/// Sorts the options of config.md, "Linux mount options", and those of the file systems that we mount. Errors:
/// InvalidArgument for an option that is unknown (ignoring "noexec" misspelt would weaken the container), Unsupported
/// for a file system.
Result<MountOptions> parseMountOptions(const Mount& mount);

} // namespace lamella::oci
