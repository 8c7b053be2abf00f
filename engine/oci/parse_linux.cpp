// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/parse.h"

#include <array>
#include <utility>

namespace lamella::oci {

namespace {

constexpr std::array<std::pair<std::string_view, NamespaceType>, 8> kNamespaces{{
    {"pid", NamespaceType::Pid},
    {"network", NamespaceType::Network},
    {"mount", NamespaceType::Mount},
    {"ipc", NamespaceType::Ipc},
    {"uts", NamespaceType::Uts},
    {"user", NamespaceType::User},
    {"cgroup", NamespaceType::Cgroup},
    {"time", NamespaceType::Time},
}};

Result<void> parseNamespaces(const Node& node, Linux& into)
{
    for (const Node& element : TRY(node.elements(16))) {
        TRY(element.mustBeObject());
        std::string type;
        TRY(read(element["type"], type));
        const auto* known
            = std::ranges::find(kNamespaces, std::string_view{type}, &decltype(kNamespaces)::value_type::first);
        if (known == kNamespaces.end())
            return element["type"].wrong("is no namespace that is supported", ErrorKind::Unsupported);
        for (const Namespace& other : into.namespaces) {
            if (other.type == known->second)
                return element["type"].wrong("is there twice");
        }
        Namespace space{known->second, {}};
        TRY(read(element["path"], space.path));
        into.namespaces.push_back(std::move(space));
    }
    return {};
}

Result<void> parseMappings(const Node& node, std::vector<IdMapping>& into)
{
    // The kernel takes 340 lines (user_namespaces(7)).
    for (const Node& element : TRY(node.elements(340))) {
        TRY(element.mustBeObject());
        IdMapping mapping;
        TRY(read(element["containerID"], mapping.containerId));
        TRY(read(element["hostID"], mapping.hostId));
        TRY(read(element["size"], mapping.size));
        const std::uint64_t end = std::uint64_t{std::max(mapping.containerId, mapping.hostId)} + mapping.size;
        if (mapping.size == 0 || end > 0xffffffffU)
            return element.wrong("maps no range of ids");
        into.push_back(mapping);
    }
    return {};
}

Result<void> refuseFilled(const Node& node, std::initializer_list<const char*> keys)
{
    for (const char* key : keys) {
        if (node[key].filled())
            return node[key].wrong("is not supported", ErrorKind::Unsupported);
    }
    return {};
}

/// The device rules are not read: each cgroup allows the default devices and nothing else, which is never more than
/// asked for.
Result<LinuxResources> parseResources(const Node& node)
{
    TRY(node.mustBeObject());
    TRY(refuseFilled(node, {"blockIO", "hugepageLimits", "network", "rdma"}));
    LinuxResources resources;
    const Node memory = node["memory"];
    TRY(memory.mustBeObject());
    TRY(read(memory["limit"], resources.memory.limit));
    TRY(read(memory["reservation"], resources.memory.reservation));
    TRY(read(memory["swap"], resources.memory.swap));
    TRY(refuseFilled(memory, {"swappiness", "disableOOMKiller"}));
    const Node cpu = node["cpu"];
    TRY(cpu.mustBeObject());
    TRY(read(cpu["shares"], resources.cpu.shares));
    TRY(read(cpu["quota"], resources.cpu.quota));
    TRY(read(cpu["period"], resources.cpu.period));
    TRY(read(cpu["cpus"], resources.cpu.cpus));
    TRY(read(cpu["mems"], resources.cpu.mems));
    TRY(refuseFilled(cpu, {"realtimeRuntime", "realtimePeriod", "burst", "idle"}));
    TRY(node["pids"].mustBeObject());
    TRY(read(node["pids"]["limit"], resources.pidsLimit));
    TRY(read(node["unified"], resources.unified));
    return resources;
}

} // namespace

Result<Linux> parseLinuxNode(const Node& node)
{
    TRY(node.mustBeObject());
    TRY(refuseFilled(node, {"devices", "intelRdt"}));
    Linux out;
    TRY(parseNamespaces(node["namespaces"], out));
    TRY(parseMappings(node["uidMappings"], out.uidMappings));
    TRY(parseMappings(node["gidMappings"], out.gidMappings));
    TRY(read(node["cgroupsPath"], out.cgroupsPath));
    out.resources = TRY(parseResources(node["resources"]));
    if (node["seccomp"].present())
        out.seccomp = TRY(parseSeccompNode(node["seccomp"]));
    TRY(read(node["maskedPaths"], out.maskedPaths));
    TRY(read(node["readonlyPaths"], out.readonlyPaths));
    TRY(read(node["sysctl"], out.sysctl));
    TRY(read(node["rootfsPropagation"], out.rootfsPropagation));
    TRY(read(node["mountLabel"], out.mountLabel));
    TRY(parseSurroundings(node, out));
    return out;
}

} // namespace lamella::oci
