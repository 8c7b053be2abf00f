// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/serialize.h"

#include "engine/oci/json_put.h"
#include "engine/oci/spec.h"

#include <array>

namespace lamella::oci {

namespace {

using nlohmann::json;

json toJson(const std::vector<Mount>& mounts)
{
    json out = json::array();
    for (const Mount& mount : mounts) {
        json& one = out.emplace_back(json{{"destination", mount.destination}});
        putText(one, "type", mount.type);
        putText(one, "source", mount.source);
        putList(one, "options", mount.options);
    }
    return out;
}

json toJson(const std::vector<IdMapping>& mappings)
{
    json out = json::array();
    for (const IdMapping& mapping : mappings)
        out.push_back({{"containerID", mapping.containerId}, {"hostID", mapping.hostId}, {"size", mapping.size}});
    return out;
}

json toJson(const LinuxResources& resources)
{
    json out = json::object();
    json memory = json::object();
    put(memory, "limit", resources.memory.limit);
    put(memory, "reservation", resources.memory.reservation);
    put(memory, "swap", resources.memory.swap);
    putList(out, "memory", memory);
    json cpu = json::object();
    put(cpu, "shares", resources.cpu.shares);
    put(cpu, "quota", resources.cpu.quota);
    put(cpu, "period", resources.cpu.period);
    putText(cpu, "cpus", resources.cpu.cpus);
    putText(cpu, "mems", resources.cpu.mems);
    putList(out, "cpu", cpu);
    if (resources.pidsLimit)
        out["pids"] = {{"limit", *resources.pidsLimit}};
    putList(out, "unified", resources.unified);
    return out;
}

json toJson(const Seccomp& seccomp)
{
    json out{{"defaultAction", seccomp.defaultAction}, {"architectures", seccomp.architectures}};
    put(out, "defaultErrnoRet", seccomp.defaultErrnoRet);
    putList(out, "flags", seccomp.flags);
    putText(out, "listenerPath", seccomp.listenerPath);
    putText(out, "listenerMetadata", seccomp.listenerMetadata);
    json& all = out["syscalls"] = json::array();
    for (const SeccompSyscalls& syscalls : seccomp.syscalls) {
        json& one = all.emplace_back(json{{"names", syscalls.names}, {"action", syscalls.action}});
        put(one, "errnoRet", syscalls.errnoRet);
        for (const SeccompArg& arg : syscalls.args)
            one["args"].push_back(
                {{"index", arg.index}, {"value", arg.value}, {"valueTwo", arg.valueTwo}, {"op", arg.op}});
    }
    return out;
}

json toJson(const Linux& linux)
{
    constexpr std::array<const char*, 8> kNames{"pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"};
    json out = json::object();
    json& spaces = out["namespaces"] = json::array();
    for (const Namespace& space : linux.namespaces) {
        json& one = spaces.emplace_back(json{{"type", kNames[static_cast<std::size_t>(space.type)]}});
        putText(one, "path", space.path);
    }
    putList(out, "uidMappings", toJson(linux.uidMappings));
    putList(out, "gidMappings", toJson(linux.gidMappings));
    putText(out, "cgroupsPath", linux.cgroupsPath);
    putList(out, "resources", toJson(linux.resources));
    if (linux.seccomp)
        out["seccomp"] = toJson(*linux.seccomp);
    putList(out, "maskedPaths", linux.maskedPaths);
    putList(out, "readonlyPaths", linux.readonlyPaths);
    putList(out, "sysctl", linux.sysctl);
    putText(out, "rootfsPropagation", linux.rootfsPropagation);
    putSurroundings(out, linux);
    return out;
}

/// A string that is not UTF-8 must not throw: its bad bytes are replaced.
std::string dump(const json& document)
{
    return document.dump(1, '\t', false, json::error_handler_t::replace);
}

} // namespace

std::string serializeSpec(const Spec& spec)
{
    json out{{"ociVersion", spec.ociVersion},
             {"root", {{"path", spec.rootPath}, {"readonly", spec.rootReadonly}}},
             {"mounts", toJson(spec.mounts)},
             {"linux", toJson(spec.linux)}};
    if (spec.hasProcess)
        out["process"] = toJson(spec.process);
    putList(out, "hooks", toJson(spec.hooks));
    putText(out, "hostname", spec.hostname);
    putText(out, "domainname", spec.domainname);
    putList(out, "annotations", spec.annotations);
    return dump(out);
}

std::string serializeProcess(const Process& process)
{
    return dump(toJson(process));
}

} // namespace lamella::oci
