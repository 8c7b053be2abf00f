// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/config_error.h"
#include "engine/oci/mount_options.h"
#include "engine/oci/paths.h"
#include "engine/oci/validate.h"

#include <algorithm>
#include <array>

namespace lamella::oci {

namespace {

/// Files of procfs that something may be mounted over: they only inform (lxcfs does it). A mount anywhere else would
/// hide the files through which a runtime confines the container.
constexpr std::array<std::string_view, 11> kProcAllowed{"/proc/cpuinfo",
                                                        "/proc/diskstats",
                                                        "/proc/meminfo",
                                                        "/proc/stat",
                                                        "/proc/swaps",
                                                        "/proc/uptime",
                                                        "/proc/loadavg",
                                                        "/proc/slabinfo",
                                                        "/proc/net/dev",
                                                        "/proc/sys/kernel/ns_last_pid",
                                                        "/proc/sys/crypto/fips_enabled"};

Result<void> validateDestination(const Mount& mount, const MountOptions& options)
{
    const std::string& destination = mount.destination;
    if (isChange(mount, options) || !isAtOrBelow(destination, "/proc"))
        return {};
    // Whether a bind mount's source is a procfs shows when it is opened.
    if (destination == "/proc" && mount.type != "proc" && !options.bind)
        return badConfig("mounts: only procfs may be mounted on /proc");
    if (destination != "/proc" && !std::ranges::contains(kProcAllowed, std::string_view{destination}))
        return badConfig(compose("mounts: nothing may be mounted on {}", destination));
    return {};
}

Result<void> validateIdMap(const Spec& spec, const Mount& mount, const MountOptions& options)
{
    const bool mapped = !mount.uidMappings.empty();
    if (mapped != !mount.gidMappings.empty())
        return badConfig(compose("mounts: {} needs both uidMappings and gidMappings", mount.destination));
    if (!mapped && options.idMap == IdMapScope::None)
        return {};
    if (!options.bind)
        return badConfig(compose("mounts: {} is no bind mount, and only those take an id map", mount.destination));
    if (!mapped && findNamespace(spec, NamespaceType::User) == nullptr)
        return badConfig(compose("mounts: the id map of {} needs uidMappings and gidMappings where the container "
                                 "has no user namespace",
                                 mount.destination));
    return {};
}

Result<void> validateMount(const Spec& spec, const Mount& mount)
{
    const MountOptions options = TRY(parseMountOptions(mount));
    if (options.bind && !options.remount && mount.source.empty())
        return badConfig(compose("mounts: {} has no source", mount.destination));
    if (isChange(mount, options) && !options.remount && options.propagation.empty())
        return badConfig(compose("mounts: {} has no type", mount.destination));
    if (options.copyUp && (mount.type != "tmpfs" || options.bind || options.remount))
        return badConfig(compose("mounts: tmpcopyup of {} is for a tmpfs", mount.destination));
    TRY(validateIdMap(spec, mount, options));
    return validateDestination(mount, options);
}

Result<void> validateDevice(const Device& device)
{
    constexpr std::array<std::string_view, 4> kTypes{"c", "u", "b", "p"};
    if (!std::ranges::contains(kTypes, std::string_view{device.type}))
        return badConfig(
            compose("linux.devices: {} has the type \"{}\", which is none of c, u, b and p", device.path, device.type));
    if (device.path == "/")
        return badConfig("linux.devices: / cannot be a device");
    return {};
}

Result<void> validatePaths(const Linux& linux)
{
    for (const auto* list : {&linux.maskedPaths, &linux.readonlyPaths}) {
        if (std::ranges::contains(*list, "/"))
            return badConfig("linux: / cannot be a path to protect: that is what root.readonly is for");
    }
    return {};
}

/// A new user namespace may not mount in another's mount namespace.
Result<void> validateNamespace(const Spec& spec)
{
    const Namespace* mount = findNamespace(spec, NamespaceType::Mount);
    const Namespace* user = findNamespace(spec, NamespaceType::User);
    if (user != nullptr && (mount == nullptr || (!mount->path.empty() && user->path.empty())))
        return badConfig("linux.namespaces: a user namespace needs a mount namespace of its own");
    return {};
}

} // namespace

Result<void> validateMounts(const Spec& spec)
{
    TRY(validateNamespace(spec));
    for (const Mount& mount : spec.mounts)
        TRY(validateMount(spec, mount));
    for (const Device& device : spec.linux.devices)
        TRY(validateDevice(device));
    const std::string& propagation = spec.linux.rootfsPropagation;
    if (!propagation.empty() && !propagationOf(propagation))
        return badConfig(compose("linux.rootfsPropagation \"{}\" is not known", propagation));
    return validatePaths(spec.linux);
}

} // namespace lamella::oci
