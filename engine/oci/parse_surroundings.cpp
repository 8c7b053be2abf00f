// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/names.h"
#include "engine/oci/number_list.h"
#include "engine/oci/parse.h"

namespace lamella::oci {

namespace {

Result<void> parseTimeOffsets(const Node& node, std::map<std::string, TimeOffset>& into)
{
    for (const auto& [clock, value] : TRY(node.members())) {
        if (clock != "monotonic" && clock != "boottime")
            return value.wrong("is no clock of a time namespace");
        TRY(value.mustBeObject());
        TimeOffset& offset = into[clock];
        TRY(read(value["secs"], offset.secs));
        TRY(read(value["nanosecs"], offset.nanosecs));
        if (offset.nanosecs > 999'999'999)
            return value["nanosecs"].wrong("is a second or more");
    }
    return {};
}

Result<void> parseNetDevices(const Node& node, std::map<std::string, std::string>& into)
{
    for (const auto& [name, value] : TRY(node.members())) {
        TRY(value.mustBeObject());
        std::string inside;
        TRY(read(value["name"], inside));
        into[name] = inside.empty() ? name : inside;
    }
    return {};
}

Result<void> parsePersonality(const Node& node, std::string& into)
{
    if (!node.present())
        return {};
    TRY(node.mustBeObject());
    TRY(read(node["domain"], into));
    if (into != "LINUX" && into != "LINUX32")
        return node["domain"].wrong("must be LINUX or LINUX32");
    if (node["flags"].filled())
        return node["flags"].wrong("has values, and the specification knows none");
    return {};
}

Result<MemoryPolicy> parseMemoryPolicy(const Node& node)
{
    TRY(node.mustBeObject());
    MemoryPolicy policy;
    TRY(read(node["mode"], policy.mode));
    if (!memoryPolicyMode(policy.mode))
        return node["mode"].wrong("is no mode that is known");
    TRY(read(node["nodes"], policy.nodes));
    if (!policy.nodes.empty() && !parseNumberList(policy.nodes))
        return node["nodes"].wrong("is no list of nodes");
    TRY(read(node["flags"], policy.flags));
    for (const auto& flag : policy.flags) {
        if (!memoryPolicyFlag(flag))
            return node["flags"].wrong(compose("has \"{}\", which is not known", flag));
    }
    return policy;
}

} // namespace

Result<void> parseSurroundings(const Node& node, Linux& into)
{
    TRY(parseTimeOffsets(node["timeOffsets"], into.timeOffsets));
    TRY(parseNetDevices(node["netDevices"], into.netDevices));
    TRY(parsePersonality(node["personality"], into.personality));
    if (node["memoryPolicy"].present())
        into.memoryPolicy = TRY(parseMemoryPolicy(node["memoryPolicy"]));
    return {};
}

} // namespace lamella::oci
