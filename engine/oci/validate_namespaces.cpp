// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/validate_namespaces.h"

#include "engine/base/compose.h"
#include "engine/oci/config_error.h"
#include "engine/oci/paths.h"
#include "engine/oci/validate.h"

#include <algorithm>

namespace lamella::oci {

namespace {

bool isNew(const Namespace* space)
{
    return space != nullptr && space->path.empty();
}

Result<void> validateUserNamespace(const Spec& spec)
{
    const Linux& linux = spec.linux;
    const Namespace* user = findNamespace(spec, NamespaceType::User);
    if (isNew(user) && (linux.uidMappings.empty() || linux.gidMappings.empty()))
        return badConfig("linux.uidMappings and linux.gidMappings are needed for a new user namespace");
    if (user == nullptr && (!linux.uidMappings.empty() || !linux.gidMappings.empty()))
        return badConfig("linux.uidMappings and linux.gidMappings need a user namespace");
    return {};
}

Result<void> validateNames(const Spec& spec)
{
    const bool hasUts = findNamespace(spec, NamespaceType::Uts) != nullptr;
    for (const auto& [key, value] : {std::pair{"hostname", &spec.hostname}, {"domainname", &spec.domainname}}) {
        if (value->size() > 64)
            return badConfig(compose("{} is longer than 64 characters", key));
        if (!value->empty() && !hasUts)
            return badConfig(compose("{} would change the machine's: it needs a UTS namespace", key));
    }
    return {};
}

Result<void> validateTimeOffsets(const Spec& spec)
{
    if (!spec.linux.timeOffsets.empty() && !isNew(findNamespace(spec, NamespaceType::Time)))
        return badConfig("linux.timeOffsets need a new time namespace");
    return {};
}

/// dev_valid_name() of the kernel: what it would refuse, or cut off, when the container is half made.
bool isDeviceName(std::string_view name)
{
    constexpr std::size_t kLongest = 15; // IFNAMSIZ without the NUL
    return !name.empty() && name.size() <= kLongest && name != "." && name != ".."
        && std::ranges::none_of(name,
                                [](char c) { return c == '/' || c == ':' || (c >= '\t' && c <= '\r') || c == ' '; });
}

Result<void> validateNetDevices(const Spec& spec)
{
    const auto& devices = spec.linux.netDevices;
    if (!devices.empty() && findNamespace(spec, NamespaceType::Network) == nullptr)
        return badConfig("linux.netDevices need a network namespace");
    for (const auto& [from, to] : devices) {
        for (const auto& name : {from, to}) {
            if (!isDeviceName(name) || name.contains('%')) // the kernel would put a number in the place of "%d"
                return badConfig(
                    compose("linux.netDevices: \"{}\" is no name of a network device", name.substr(0, 64)));
        }
        if (std::ranges::count(devices, to, &std::pair<const std::string, std::string>::second) != 1)
            return badConfig(compose("linux.netDevices: two devices would be named {}", to));
    }
    return {};
}

} // namespace

Result<void> validateNamespaces(const Spec& spec)
{
    for (const Namespace& space : spec.linux.namespaces) {
        if (!space.path.empty() && !space.path.starts_with('/'))
            return badConfig(compose("linux.namespaces: the path \"{}\" is not absolute", space.path));
    }
    TRY(validateUserNamespace(spec));
    TRY(validateNames(spec));
    TRY(validateTimeOffsets(spec));
    return validateNetDevices(spec);
}

std::string sysctlPath(std::string_view key)
{
    std::string path{key};
    const std::size_t first = key.find_first_of("./");
    if (first != key.npos && key[first] == '.') {
        for (char& c : path)
            c = c == '.' ? '/' : c == '/' ? '.' : c;
    }
    return path;
}

std::optional<NamespaceType> sysctlNamespace(std::string_view path)
{
    constexpr std::array<std::string_view, 8> kIpc{"kernel/msgmax", "kernel/msgmnb",         "kernel/msgmni",
                                                   "kernel/sem",    "kernel/shmall",         "kernel/shmmax",
                                                   "kernel/shmmni", "kernel/shm_rmid_forced"};
    if (std::ranges::contains(kIpc, path) || path.starts_with("fs/mqueue/"))
        return NamespaceType::Ipc;
    if (path.starts_with("net/"))
        return NamespaceType::Network;
    if (path == "kernel/domainname")
        return NamespaceType::Uts;
    if (path.starts_with("user/"))
        return NamespaceType::User;
    return std::nullopt;
}

Result<void> validateSysctls(const Spec& spec)
{
    for (const auto& [key, value] : spec.linux.sysctl) {
        const std::string path = sysctlPath(key);
        const bool plain = std::ranges::all_of(path, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                || std::string_view{"./_-:@"}.contains(c);
        });
        const auto space = sysctlNamespace(path);
        if (!plain || path.size() > 240 || cleanPath(path) != "/" + path || !space)
            return badConfig(compose("linux.sysctl: {} is not a setting of a container", key));
        if (findNamespace(spec, *space) == nullptr)
            return badConfig(compose("linux.sysctl: {} would change the machine: the namespace is shared", key));
    }
    return {};
}

} // namespace lamella::oci
