// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/validate.h"

#include "engine/oci/mount_options.h"
#include "engine/oci/validate_namespaces.h"

#include <algorithm>
#include <array>
#include <format>

namespace lamella::oci {

namespace {

std::unexpected<Error> wrong(std::string text)
{
    return failure(ErrorKind::InvalidArgument, "config.json: " + std::move(text));
}

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

Result<void> validateMount(const Mount& mount)
{
    if (!isNormalizedPath(mount.destination) || mount.destination == "/")
        return wrong(std::format("mounts: the destination \"{}\" is not an absolute, normalised path below /",
                                 mount.destination));
    const MountOptions options = TRY(parseMountOptions(mount));
    if (options.bind && !mount.source.starts_with('/') && mount.source.empty())
        return wrong(std::format("mounts: {} has no source", mount.destination));
    const bool isProc = mount.destination == "/proc";
    if (isProc && (options.bind || mount.type != "proc"))
        return wrong("mounts: only procfs may be mounted on /proc");
    if (!isProc && mount.type == "proc" && !options.bind)
        return wrong(std::format("mounts: procfs belongs on /proc, not on {}", mount.destination));
    if (mount.destination.starts_with("/proc/")
        && !std::ranges::contains(kProcAllowed, std::string_view{mount.destination}))
        return wrong(std::format("mounts: nothing may be mounted on {}", mount.destination));
    return {};
}

Result<void> validatePaths(const Linux& linux)
{
    for (const auto* list : {&linux.maskedPaths, &linux.readonlyPaths}) {
        for (const auto& path : *list) {
            if (!isNormalizedPath(path) || path == "/")
                return wrong(std::format("linux: the path \"{}\" to protect is not absolute and normalised", path));
        }
    }
    if (std::format("/{}/", linux.cgroupsPath).contains("/../"))
        return wrong("linux.cgroupsPath contains \"..\"");
    constexpr std::array<std::string_view, 5> kPropagation{"", "private", "rprivate", "slave", "rslave"};
    if (!std::ranges::contains(kPropagation, std::string_view{linux.rootfsPropagation}))
        return failure(
            ErrorKind::Unsupported,
            std::format("config.json: linux.rootfsPropagation \"{}\" is not supported", linux.rootfsPropagation));
    return {};
}

} // namespace

bool isNormalizedPath(std::string_view path)
{
    if (path == "/")
        return true;
    const std::string closed = std::format("{}/", path);
    return path.starts_with('/') && !closed.contains("//") && !closed.contains("/./") && !closed.contains("/../");
}

const Namespace* findNamespace(const Spec& spec, NamespaceType type)
{
    const auto found = std::ranges::find(spec.linux.namespaces, type, &Namespace::type);
    return found == spec.linux.namespaces.end() ? nullptr : &*found;
}

Result<void> validate(const Spec& spec)
{
    if (spec.hasProcess)
        TRY(validate(spec.process));
    TRY(validateNamespaces(spec));
    for (const Mount& mount : spec.mounts)
        TRY(validateMount(mount));
    TRY(validateSysctls(spec));
    return validatePaths(spec.linux);
}

} // namespace lamella::oci
