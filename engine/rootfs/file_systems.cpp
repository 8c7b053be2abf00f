// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/file_systems.h"

#include "engine/oci/validate.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"

#include <algorithm>
#include <array>

namespace lamella::rootfs {

namespace {

/// What a user namespace may mount and belongs to no other namespace.
constexpr std::array<std::string_view, 4> kOfAnyUser{"tmpfs", "devpts", "overlay", "ramfs"};

bool isOwn(const oci::Spec& spec, oci::NamespaceType type)
{
    const oci::Namespace* space = oci::findNamespace(spec, type);
    return space != nullptr && space->path.empty();
}

/// Those of a namespace: mounting them needs privilege in the user namespace that owns it.
bool isMadeByOwner(const std::string& type)
{
    return type == "proc" || type == "mqueue" || type == "sysfs";
}

Result<UniqueFd> mountNew(const oci::Mount& mount, const oci::MountOptions& options)
{
    os::FileSystem system = TRY(os::FileSystem::open(mount.type));
    TRY(system.set("source", sourceOf(mount)));
    // A disk that cannot be written to is not mounted otherwise. What the machine has once keeps its own.
    if ((options.own.set & MOUNT_ATTR_RDONLY) != 0 && !isMadeByOwner(mount.type))
        TRY(system.setFlag("ro"));
    for (const auto& [key, value] : options.data)
        TRY(value.empty() ? system.setFlag(key) : system.set(key, value));
    return system.mount(options.own.set);
}

Result<UniqueFd> copyOfOwn(const std::string& path, const oci::MountOptions& options)
{
    const UniqueFd directory = TRY(os::open(path, O_PATH | O_DIRECTORY));
    UniqueFd mount = TRY(os::cloneMount(directory.borrow(), "", true));
    TRY(os::setMountPropagation(mount.borrow(), MS_PRIVATE, true, path));
    TRY(os::setMountAttributes(mount.borrow(), options.own.set, options.own.clear, true, path));
    return mount;
}

} // namespace

bool isMadeByHost(const std::string& type, const oci::Spec& spec)
{
    using enum oci::NamespaceType;
    const bool hasUsers = oci::findNamespace(spec, User) != nullptr;
    // Born in a pid namespace that it joined, the child is the only one that can mount its procfs.
    if (type == "proc")
        return hasUsers && oci::findNamespace(spec, Pid) == nullptr;
    if (type == "mqueue")
        return hasUsers && !isOwn(spec, Ipc);
    if (type == "sysfs")
        return !isOwn(spec, Network);
    return !std::ranges::contains(kOfAnyUser, std::string_view{type});
}

Result<UniqueFd> makeHostFileSystem(const oci::Mount& mount, const oci::MountOptions& options)
{
    auto made = mountNew(mount, options);
    if (made || made.error().errnum != EPERM)
        return made;
    if (mount.type == "sysfs")
        return copyOfOwn("/sys", options);
    return mount.type == "proc" ? copyOfOwn("/proc", options) : std::move(made);
}

void addContext(const std::string& type, const std::string& mountLabel, oci::MountOptions& options)
{
    if (!mountLabel.empty() && !isMadeByOwner(type))
        options.data.emplace_back("context", mountLabel);
}

std::vector<std::pair<std::string, std::string>> dataOf(const oci::Mount& mount, const oci::MountOptions& options)
{
    // The kernel takes 255 bytes a value; layers can be given one by one instead (overlayfs, "lowerdir+").
    constexpr std::size_t kLongest = 255;
    std::vector<std::pair<std::string, std::string>> data;
    for (const auto& [key, value] : options.data) {
        if (mount.type != "overlay" || key != "lowerdir" || value.size() <= kLongest) {
            data.emplace_back(key, value);
            continue;
        }
        std::size_t start = 0;
        for (std::size_t end = 0; end <= value.size(); ++end) {
            const bool escaped = end > start && value[end - 1] == '\\';
            if (end < value.size() && (value[end] != ':' || escaped))
                continue;
            data.emplace_back("lowerdir+", value.substr(start, end - start));
            start = end + 1;
        }
    }
    return data;
}

bool isOfKernel(const std::string& type)
{
    return type == "tmpfs" || type == "devpts" || type == "ramfs" || isMadeByOwner(type);
}

std::string sourceOf(const oci::Mount& mount)
{
    return mount.source.empty() ? mount.type : mount.source;
}

} // namespace lamella::rootfs
