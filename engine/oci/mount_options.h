// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamella::oci {

/// MOUNT_ATTR_… that a mount gets and loses (mount_setattr(2)).
struct MountAttributes {
    std::uint64_t set = 0;
    std::uint64_t clear = 0;

    bool empty() const { return set == 0 && clear == 0; }
};

/// One change of how mounts below a mount reach others, and others it (mount_namespaces(7)).
struct Propagation {
    std::uint64_t type = 0; ///< MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE
    bool recursive = false;
};

/// How far an id map of a mount reaches.
enum class IdMapScope { None, Mount, Tree };

/// The options of a mount, sorted into what the kernel takes in different places.
struct MountOptions {
    bool bind = false;
    bool recursive = false; ///< rbind
    bool remount = false; ///< what is mounted on the destination already is changed
    bool copyUp = false; ///< tmpcopyup: the tmpfs begins with what it hides
    MountAttributes own; ///< of the mount itself
    MountAttributes tree; ///< of the mount and all below it: the options that begin with another "r"
    IdMapScope idMap = IdMapScope::None;
    std::vector<Propagation> propagation; ///< in their order
    std::vector<std::pair<std::string, std::string>> data; ///< for the file system: key and value ("" for a flag)
};

/// Sorts the options of config.md, "Linux mount options". What it does not list is for the file system. Errors:
/// InvalidArgument for an option that nothing can take: a word that a bind mount does not have or an option that a file
/// system whose options we know does not have (to go on without a misspelt "noexec" would weaken the container), or
/// what is no option at all. "key=value" of a bind mount is left out, as the kernel and other runtimes do.
Result<MountOptions> parseMountOptions(const Mount& mount);

/// Whether `mount`, with its options, changes what is mounted on its destination already instead of mounting something.
bool isChange(const Mount& mount, const MountOptions& options);

/// The change of "rslave" and the other seven of config.md; none for another word.
std::optional<Propagation> propagationOf(std::string_view word);

/// All options that do not belong to one file system, for the features document (features.md, "mountOptions"), sorted.
std::vector<std::string> mountOptionNames();

} // namespace lamella::oci
