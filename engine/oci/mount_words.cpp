// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/mount_words.h"

#include "engine/base/compose.h"
#include "engine/oci/mount_options.h"

#include <algorithm>
#include <array>
#include <sys/mount.h>

namespace lamella::oci {

namespace {

constexpr std::uint64_t kRelative = MOUNT_ATTR_RELATIME; // which is 0

// Attributes of access time are a number, not bits: to change it the whole field is cleared.
constexpr std::array kAttributes{
    AttributeWord{"ro", MOUNT_ATTR_RDONLY, 0},
    AttributeWord{"rw", 0, MOUNT_ATTR_RDONLY},
    AttributeWord{"nosuid", MOUNT_ATTR_NOSUID, 0},
    AttributeWord{"suid", 0, MOUNT_ATTR_NOSUID},
    AttributeWord{"nodev", MOUNT_ATTR_NODEV, 0},
    AttributeWord{"dev", 0, MOUNT_ATTR_NODEV},
    AttributeWord{"noexec", MOUNT_ATTR_NOEXEC, 0},
    AttributeWord{"exec", 0, MOUNT_ATTR_NOEXEC},
    AttributeWord{"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    AttributeWord{"atime", kRelative, MOUNT_ATTR__ATIME, MOUNT_ATTR_NOATIME},
    AttributeWord{"relatime", kRelative, MOUNT_ATTR__ATIME},
    AttributeWord{"norelatime", kRelative, MOUNT_ATTR__ATIME, kRelative},
    AttributeWord{"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    AttributeWord{"nostrictatime", kRelative, MOUNT_ATTR__ATIME, MOUNT_ATTR_STRICTATIME},
    AttributeWord{"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    AttributeWord{"diratime", 0, MOUNT_ATTR_NODIRATIME},
    AttributeWord{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    AttributeWord{"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
};

struct PropagationWord {
    std::string_view name;
    std::uint64_t type;
};

constexpr std::array kPropagation{PropagationWord{"private", MS_PRIVATE}, PropagationWord{"shared", MS_SHARED},
                                  PropagationWord{"slave", MS_SLAVE}, PropagationWord{"unbindable", MS_UNBINDABLE}};

constexpr std::array<std::string_view, 7> kSuperblock{"sync",       "async", "dirsync", "lazytime",
                                                      "nolazytime", "mand",  "nomand"};

/// How much is logged, ACLs and the version of inodes are the file system's own affair by now (fsconfig(2) has no word
/// for them that all take), and the others ask for what is so anyway.
constexpr std::array<std::string_view, 7> kWithoutEffect{"defaults", "loud",     "silent",    "acl",
                                                         "noacl",    "iversion", "noiversion"};

constexpr std::array<std::string_view, 6> kKinds{"bind", "rbind", "remount", "tmpcopyup", "idmap", "ridmap"};

struct FileSystemWords {
    std::string_view type;
    std::string_view keys; ///< separated and surrounded by blanks
};

constexpr std::array kFileSystems{
    FileSystemWords{"tmpfs",
                    " mode size uid gid nr_inodes nr_blocks huge mpol inode32 inode64 noswap casefold strict_encoding "
                    "quota usrquota grpquota usrquota_block_hardlimit usrquota_inode_hardlimit "
                    "grpquota_block_hardlimit grpquota_inode_hardlimit "},
    FileSystemWords{"devpts", " newinstance ptmxmode mode gid uid max "},
    FileSystemWords{"proc", " hidepid subset gid pidns "},
    FileSystemWords{"sysfs", " "},
    FileSystemWords{"mqueue", " "},
    FileSystemWords{"cgroup", " "},
    FileSystemWords{"cgroup2", " "},
    FileSystemWords{"none", " "},
    FileSystemWords{"", " "},
};

constexpr std::string_view kSecurity = " context fscontext defcontext rootcontext seclabel ";

} // namespace

const AttributeWord* findAttribute(std::string_view name)
{
    const auto* found = std::ranges::find(kAttributes, name, &AttributeWord::name);
    return found == kAttributes.end() ? nullptr : found;
}

std::optional<std::uint64_t> propagationType(std::string_view name)
{
    const auto* found = std::ranges::find(kPropagation, name, &PropagationWord::name);
    return found == kPropagation.end() ? std::nullopt : std::optional{found->type};
}

bool isSuperblockWord(std::string_view word)
{
    return std::ranges::contains(kSuperblock, word);
}

bool isWordWithoutEffect(std::string_view word)
{
    return std::ranges::contains(kWithoutEffect, word);
}

bool mayHaveOption(std::string_view type, std::string_view key)
{
    const auto* known = std::ranges::find(kFileSystems, type, &FileSystemWords::type);
    const std::string surrounded = compose(" {} ", key);
    return known == kFileSystems.end() || known->keys.contains(surrounded) || kSecurity.contains(surrounded);
}

std::vector<std::string> mountOptionNames()
{
    std::vector<std::string> names;
    for (const AttributeWord& word : kAttributes) {
        names.emplace_back(word.name);
        names.push_back(compose("r{}", word.name));
    }
    for (const PropagationWord& word : kPropagation) {
        names.emplace_back(word.name);
        names.push_back(compose("r{}", word.name));
    }
    names.insert(names.end(), kSuperblock.begin(), kSuperblock.end());
    names.insert(names.end(), kWithoutEffect.begin(), kWithoutEffect.end());
    names.insert(names.end(), kKinds.begin(), kKinds.end());
    std::ranges::sort(names);
    return names;
}

} // namespace lamella::oci
