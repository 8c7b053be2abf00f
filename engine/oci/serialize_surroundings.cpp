// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/json_put.h"
#include "engine/oci/serialize.h"

namespace lamella::oci {

namespace {

nlohmann::json toJson(const std::vector<Hook>& hooks)
{
    nlohmann::json out = nlohmann::json::array();
    for (const Hook& hook : hooks) {
        nlohmann::json& one = out.emplace_back(nlohmann::json{{"path", hook.path}});
        putList(one, "args", hook.args);
        put(one, "env", hook.env);
        put(one, "timeout", hook.timeout);
    }
    return out;
}

} // namespace

nlohmann::json toJson(const Hooks& hooks)
{
    nlohmann::json out = nlohmann::json::object();
    putList(out, "prestart", toJson(hooks.prestart));
    putList(out, "createRuntime", toJson(hooks.createRuntime));
    putList(out, "createContainer", toJson(hooks.createContainer));
    putList(out, "startContainer", toJson(hooks.startContainer));
    putList(out, "poststart", toJson(hooks.poststart));
    putList(out, "poststop", toJson(hooks.poststop));
    return out;
}

void putSurroundings(nlohmann::json& out, const Linux& linux)
{
    for (const auto& [clock, offset] : linux.timeOffsets)
        out["timeOffsets"][clock] = {{"secs", offset.secs}, {"nanosecs", offset.nanosecs}};
    for (const auto& [name, inside] : linux.netDevices)
        out["netDevices"][name] = {{"name", inside}};
    if (!linux.personality.empty())
        out["personality"] = {{"domain", linux.personality}};
    putText(out, "mountLabel", linux.mountLabel);
    if (linux.memoryPolicy) {
        nlohmann::json& policy = out["memoryPolicy"] = {{"mode", linux.memoryPolicy->mode}};
        putText(policy, "nodes", linux.memoryPolicy->nodes);
        putList(policy, "flags", linux.memoryPolicy->flags);
    }
}

} // namespace lamella::oci
