// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/mount_options.h"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>
#include <sys/mount.h>

namespace lamella::oci {

namespace {

struct Attribute {
    std::string_view name;
    std::uint64_t set;
    std::uint64_t clear;
};

// Attributes of access time are a number, not bits: to change it the whole field is cleared.
constexpr std::array kAttributes{
    Attribute{"ro", MOUNT_ATTR_RDONLY, 0},
    Attribute{"rw", 0, MOUNT_ATTR_RDONLY},
    Attribute{"nosuid", MOUNT_ATTR_NOSUID, 0},
    Attribute{"suid", 0, MOUNT_ATTR_NOSUID},
    Attribute{"nodev", MOUNT_ATTR_NODEV, 0},
    Attribute{"dev", 0, MOUNT_ATTR_NODEV},
    Attribute{"noexec", MOUNT_ATTR_NOEXEC, 0},
    Attribute{"exec", 0, MOUNT_ATTR_NOEXEC},
    Attribute{"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    Attribute{"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    Attribute{"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    Attribute{"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    Attribute{"diratime", 0, MOUNT_ATTR_NODIRATIME},
    Attribute{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    Attribute{"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
};

/// What means nothing here: everything in a container is private already.
constexpr std::array<std::string_view, 8> kNothing{"defaults", "private", "rprivate", "slave",
                                                   "rslave",   "async",   "loud",     "noiversion"};

struct FileSystemOptions {
    std::string_view type;
    std::string_view keys; ///< separated and surrounded by blanks
};

constexpr std::array kFileSystems{
    FileSystemOptions{"tmpfs", " mode size uid gid nr_inodes nr_blocks "},
    FileSystemOptions{"devpts", " newinstance ptmxmode mode gid uid max "},
    FileSystemOptions{"proc", " hidepid subset gid "},
    FileSystemOptions{"sysfs", " "},
    FileSystemOptions{"mqueue", " "},
    FileSystemOptions{"cgroup", " "},
    FileSystemOptions{"cgroup2", " "},
};

bool addAttribute(std::string_view option, MountOptions& into)
{
    const auto known = std::ranges::find(kAttributes, option, &Attribute::name);
    if (known == kAttributes.end())
        return false;
    into.set = (into.set & ~known->clear) | known->set;
    into.clear = (into.clear & ~known->set) | known->clear;
    return true;
}

bool addBind(std::string_view option, MountOptions& into)
{
    if (option == "rro") {
        into.recursiveReadonly = true;
        return true;
    }
    if (option != "bind" && option != "rbind")
        return false;
    into.bind = true;
    into.recursive = into.recursive || option == "rbind";
    return true;
}

bool addData(std::string_view option, std::string_view keys, MountOptions& into)
{
    const std::size_t equals = option.find('=');
    const std::string_view key = option.substr(0, equals);
    if (key.empty() || key.find(' ') != key.npos || keys.find(std::format(" {} ", key)) == keys.npos)
        return false;
    into.data.emplace_back(key, equals == option.npos ? "" : option.substr(equals + 1));
    return true;
}

} // namespace

Result<MountOptions> parseMountOptions(const Mount& mount)
{
    MountOptions options;
    options.bind = mount.type == "bind";
    for (const auto& option : mount.options)
        addBind(option, options);

    std::string_view keys = " ";
    if (!options.bind) {
        const auto known = std::ranges::find(kFileSystems, std::string_view{mount.type}, &FileSystemOptions::type);
        if (known == kFileSystems.end())
            return failure(
                ErrorKind::Unsupported,
                std::format("the file system \"{}\" for {} is not supported", mount.type, mount.destination));
        keys = known->keys;
    }
    for (const auto& option : mount.options) {
        if (std::ranges::contains(kNothing, std::string_view{option}) || addBind(option, options)
            || addAttribute(option, options) || addData(option, keys, options))
            continue;
        return failure(ErrorKind::InvalidArgument,
                       std::format("the mount option \"{}\" of {} is not known", option, mount.destination));
    }
    if (options.recursiveReadonly)
        options.set |= MOUNT_ATTR_RDONLY;
    return options;
}

} // namespace lamella::oci
