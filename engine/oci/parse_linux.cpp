// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/known_names.h"
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

Result<void> refuseFilled(const Node& node, std::initializer_list<const char*> keys)
{
    for (const char* key : keys) {
        if (node[key].filled())
            return node[key].wrong("is not supported", ErrorKind::Unsupported);
    }
    return {};
}

} // namespace

Result<void> parseIdMappings(const Node& node, std::vector<IdMapping>& into)
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

std::vector<std::string_view> knownNamespaces()
{
    std::vector<std::string_view> names;
    for (const auto& [name, type] : kNamespaces)
        names.push_back(name);
    return names;
}

Result<Linux> parseLinuxNode(const Node& node)
{
    TRY(node.mustBeObject());
    TRY(refuseFilled(node, {"intelRdt"}));
    Linux out;
    TRY(parseNamespaces(node["namespaces"], out));
    TRY(parseIdMappings(node["uidMappings"], out.uidMappings));
    TRY(parseIdMappings(node["gidMappings"], out.gidMappings));
    TRY(read(node["cgroupsPath"], out.cgroupsPath));
    out.resources = TRY(parseResourcesNode(node["resources"]));
    if (node["seccomp"].present())
        out.seccomp = TRY(parseSeccompNode(node["seccomp"]));
    TRY(parseRootParts(node, out));
    TRY(read(node["sysctl"], out.sysctl));
    TRY(read(node["mountLabel"], out.mountLabel));
    TRY(parseSurroundings(node, out));
    return out;
}

} // namespace lamella::oci
