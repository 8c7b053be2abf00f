// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child_mount.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace lamella::rootfs {

namespace {

bool setOptions(int context, const PlannedMount& planned, std::size_t& option)
{
    for (std::size_t i = 0; i < planned.data.size(); ++i) {
        const auto& [key, value] = planned.data[i];
        const int result = value.empty() ? ::fsconfig(context, FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0)
                                         : ::fsconfig(context, FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0);
        if (result != 0) {
            option = i + 1;
            return false;
        }
    }
    return true;
}

/// "mode" of the directory that the file system will hide.
bool setMode(int context, int target)
{
    struct stat info{};
    if (::fstat(target, &info) != 0)
        return false;
    std::array<char, 5> octal{};
    for (std::size_t i = 0; i < 4; ++i)
        octal[i] = static_cast<char>('0' + ((info.st_mode >> (9 - 3 * i)) & 7));
    return ::fsconfig(context, FSCONFIG_SET_STRING, "mode", octal.data(), 0) == 0;
}

} // namespace

int makeFileSystem(const PlannedMount& planned, int target, bool found, std::size_t& option)
{
    const UniqueFd context{::fsopen(planned.type.c_str(), FSOPEN_CLOEXEC)};
    if (!context || ::fsconfig(context.get(), FSCONFIG_SET_STRING, "source", planned.source.c_str(), 0) != 0
        || !setOptions(context.get(), planned, option)
        || (planned.takesMode && found && !setMode(context.get(), target))
        || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return -1;
    return ::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(planned.own.set));
}

bool changeMount(const PlannedMount& planned, int target, std::size_t& option)
{
    if (!planned.data.empty()) {
        const UniqueFd context{::fspick(target, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH)};
        if (!context || !setOptions(context.get(), planned, option)
            || ::fsconfig(context.get(), FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0) != 0)
            return false;
    }
    return setAttributes(target, planned.own, false) && setAttributes(target, planned.tree, true)
        && setPropagation(target, planned.propagation);
}

int baseOf(const Place& place, const MountPlan& plan, int root)
{
    return place.mount == Place::kInRoot ? root : plan.mounts[place.mount].mount.get();
}

bool setAttributes(int mount, const oci::MountAttributes& attributes, bool recursive)
{
    if (attributes.empty())
        return true;
    mount_attr change{};
    change.attr_set = attributes.set;
    change.attr_clr = attributes.clear;
    return ::mount_setattr(mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U), &change, sizeof change) == 0;
}

bool setPropagation(int mount, const std::vector<oci::Propagation>& changes)
{
    return std::ranges::all_of(changes, [&](const oci::Propagation& change) { return setPropagation(mount, change); });
}

bool setPropagation(int mount, const oci::Propagation& change)
{
    mount_attr attributes{};
    attributes.propagation = change.type;
    const unsigned recursive = change.recursive ? AT_RECURSIVE : 0U;
    return ::mount_setattr(mount, "", AT_EMPTY_PATH | recursive, &attributes, sizeof attributes) == 0;
}

} // namespace lamella::rootfs
