// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/validate.h"

#include "engine/oci/names.h"

#include <algorithm>
#include <array>
#include <format>

namespace lamella::oci {

namespace {

std::unexpected<Error> wrong(std::string text)
{
    return failure(ErrorKind::InvalidArgument, "config.json: " + std::move(text));
}

Result<void> validateCapabilities(const Capabilities& capabilities)
{
    for (const auto* set : {&capabilities.bounding, &capabilities.effective, &capabilities.inheritable,
                            &capabilities.permitted, &capabilities.ambient}) {
        for (const auto& name : *set) {
            if (!capabilityNumber(name))
                return wrong(std::format("process.capabilities: {} is not known", name));
        }
    }
    return {};
}

Result<void> validateRlimits(const Process& process)
{
    for (std::size_t i = 0; i < process.rlimits.size(); ++i) {
        const Rlimit& limit = process.rlimits[i];
        if (!rlimitNumber(limit.type))
            return wrong(std::format("process.rlimits: {} is not known", limit.type));
        if (limit.soft > limit.hard)
            return wrong(std::format("process.rlimits: the soft limit of {} is above the hard one", limit.type));
        for (std::size_t j = 0; j < i; ++j) {
            if (process.rlimits[j].type == limit.type)
                return wrong(std::format("process.rlimits: {} is there twice", limit.type));
        }
    }
    return {};
}

/// Sysctls that belong to a namespace, and which; all others are the machine's (config-linux.md, "Sysctl").
std::optional<NamespaceType> sysctlNamespace(std::string_view key)
{
    constexpr std::array<std::string_view, 8> kIpc{"kernel.msgmax", "kernel.msgmnb",         "kernel.msgmni",
                                                   "kernel.sem",    "kernel.shmall",         "kernel.shmmax",
                                                   "kernel.shmmni", "kernel.shm_rmid_forced"};
    if (std::ranges::contains(kIpc, key) || key.starts_with("fs.mqueue."))
        return NamespaceType::Ipc;
    if (key.starts_with("net."))
        return NamespaceType::Network;
    if (key == "kernel.domainname")
        return NamespaceType::Uts;
    return std::nullopt;
}

Result<void> validateSysctls(const Spec& spec)
{
    for (const auto& [key, value] : spec.linux.sysctl) {
        const bool plain = std::ranges::all_of(key, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_'
                || c == '-';
        });
        const auto space = sysctlNamespace(key);
        if (!plain || key.contains("..") || key.ends_with('.') || !space)
            return wrong(std::format("linux.sysctl: {} is not a setting of a container", key));
        if (findNamespace(spec, *space) == nullptr)
            return wrong(std::format("linux.sysctl: {} would change the machine: the namespace is shared", key));
    }
    return {};
}

Result<void> validateNamespaces(const Spec& spec)
{
    for (const Namespace& space : spec.linux.namespaces) {
        if (!space.path.empty() && !space.path.starts_with('/'))
            return wrong(std::format("linux.namespaces: the path \"{}\" is not absolute", space.path));
    }
    const Namespace* user = findNamespace(spec, NamespaceType::User);
    const bool mapped = !spec.linux.uidMappings.empty() && !spec.linux.gidMappings.empty();
    if (user != nullptr && user->path.empty() && !mapped)
        return wrong("linux.uidMappings and linux.gidMappings are needed for a new user namespace");
    if (user == nullptr && (!spec.linux.uidMappings.empty() || !spec.linux.gidMappings.empty()))
        return wrong("linux.uidMappings and linux.gidMappings need a user namespace");
    if (user != nullptr && !user->path.empty())
        return failure(ErrorKind::Unsupported,
                       "config.json: linux.namespaces: joining a user namespace is not supported");
    return {};
}

} // namespace

const Namespace* findNamespace(const Spec& spec, NamespaceType type)
{
    const auto found = std::ranges::find(spec.linux.namespaces, type, &Namespace::type);
    return found == spec.linux.namespaces.end() ? nullptr : &*found;
}

Result<void> validate(const Process& process)
{
    if (process.args.empty() || process.args.front().empty())
        return wrong("process.args names no program");
    if (!process.cwd.starts_with('/'))
        return wrong(std::format("process.cwd \"{}\" is not absolute", process.cwd));
    for (const auto& variable : process.env) {
        if (variable.find('=') == std::string::npos || variable.starts_with('='))
            return wrong(std::format("process.env: \"{}\" is not NAME=VALUE", variable.substr(0, 64)));
    }
    if (process.oomScoreAdj && (*process.oomScoreAdj < -1000 || *process.oomScoreAdj > 1000))
        return wrong("process.oomScoreAdj is not between -1000 and 1000");
    if (process.capabilities)
        TRY(validateCapabilities(*process.capabilities));
    return validateRlimits(process);
}

Result<void> validate(const Spec& spec)
{
    TRY(validate(spec.process));
    if (spec.hostname.size() > 64)
        return wrong("hostname is longer than 64 characters");
    TRY(validateNamespaces(spec));
    if (!spec.hostname.empty() && findNamespace(spec, NamespaceType::Uts) == nullptr)
        return wrong("hostname would change the machine's: it needs a UTS namespace");
    TRY(validateMounts(spec));
    if (std::format("/{}/", spec.linux.cgroupsPath).contains("/../"))
        return wrong("linux.cgroupsPath contains \"..\"");
    return validateSysctls(spec);
}

} // namespace lamella::oci
