// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/json_put.h"
#include "engine/oci/serialize.h"

namespace lamella::oci {

namespace {

using nlohmann::json;

json toJson(const User& user)
{
    json out{{"uid", user.uid}, {"gid", user.gid}};
    put(out, "umask", user.umask);
    putList(out, "additionalGids", user.additionalGids);
    return out;
}

json toJson(const Capabilities& capabilities)
{
    return {{"bounding", capabilities.bounding},
            {"effective", capabilities.effective},
            {"inheritable", capabilities.inheritable},
            {"permitted", capabilities.permitted},
            {"ambient", capabilities.ambient}};
}

json toJson(const Scheduler& scheduler)
{
    json out{{"policy", scheduler.policy}, {"nice", scheduler.nice}, {"priority", scheduler.priority}};
    putList(out, "flags", scheduler.flags);
    for (const auto& [key, value] :
         {std::pair{"runtime", scheduler.runtime}, {"deadline", scheduler.deadline}, {"period", scheduler.period}}) {
        if (value != 0)
            out[key] = value;
    }
    return out;
}

} // namespace

json toJson(const Process& process)
{
    json out{{"terminal", process.terminal}, {"user", toJson(process.user)},
             {"args", process.args},         {"env", process.env},
             {"cwd", process.cwd},           {"noNewPrivileges", process.noNewPrivileges}};
    if (process.consoleSize)
        out["consoleSize"] = {{"height", process.consoleSize->height}, {"width", process.consoleSize->width}};
    if (process.capabilities)
        out["capabilities"] = toJson(*process.capabilities);
    for (const Rlimit& limit : process.rlimits)
        out["rlimits"].push_back({{"type", limit.type}, {"soft", limit.soft}, {"hard", limit.hard}});
    put(out, "oomScoreAdj", process.oomScoreAdj);
    putText(out, "apparmorProfile", process.apparmorProfile);
    putText(out, "selinuxLabel", process.selinuxLabel);
    if (process.scheduler)
        out["scheduler"] = toJson(*process.scheduler);
    if (process.ioPriority)
        out["ioPriority"] = {{"class", process.ioPriority->ioClass}, {"priority", process.ioPriority->priority}};
    json affinity = json::object();
    putText(affinity, "initial", process.execCpuAffinity.initial);
    putText(affinity, "final", process.execCpuAffinity.final);
    putList(out, "execCPUAffinity", affinity);
    return out;
}

} // namespace lamella::oci
