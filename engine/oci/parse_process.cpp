// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/parse.h"

namespace lamella::oci {

namespace {

/// Ids above 2^31-1 have wrapped to other users in programs that keep them in an int, and 2^32-1 means "leave as it is"
/// to setresuid(2): none of them is a user of a container.
Result<void> readId(const Node& node, std::uint32_t& id)
{
    std::int32_t value = 0;
    TRY(read(node, value));
    if (value < 0)
        return node.wrong("must not be negative");
    id = static_cast<std::uint32_t>(value);
    return {};
}

Result<User> parseUser(const Node& node)
{
    TRY(node.mustBeObject());
    User user;
    TRY(readId(node["uid"], user.uid));
    TRY(readId(node["gid"], user.gid));
    TRY(read(node["umask"], user.umask));
    if (user.umask.value_or(0) > 0777)
        return node["umask"].wrong("is above 0777");
    for (const Node& gid : TRY(node["additionalGids"].elements(65536)))
        TRY(readId(gid, user.additionalGids.emplace_back()));
    return user;
}

Result<Capabilities> parseCapabilities(const Node& node)
{
    TRY(node.mustBeObject());
    Capabilities capabilities;
    TRY(read(node["bounding"], capabilities.bounding));
    TRY(read(node["effective"], capabilities.effective));
    TRY(read(node["inheritable"], capabilities.inheritable));
    TRY(read(node["permitted"], capabilities.permitted));
    TRY(read(node["ambient"], capabilities.ambient));
    return capabilities;
}

Result<void> parseRlimits(const Node& node, Process& process)
{
    for (const Node& element : TRY(node.elements(64))) {
        TRY(element.mustBeObject());
        Rlimit limit;
        TRY(read(element["type"], limit.type));
        TRY(read(element["soft"], limit.soft));
        TRY(read(element["hard"], limit.hard));
        process.rlimits.push_back(std::move(limit));
    }
    return {};
}

Result<Scheduler> parseScheduler(const Node& node)
{
    TRY(node.mustBeObject());
    Scheduler scheduler;
    TRY(read(node["policy"], scheduler.policy));
    TRY(read(node["nice"], scheduler.nice));
    TRY(read(node["priority"], scheduler.priority));
    TRY(read(node["flags"], scheduler.flags));
    TRY(read(node["runtime"], scheduler.runtime));
    TRY(read(node["deadline"], scheduler.deadline));
    TRY(read(node["period"], scheduler.period));
    return scheduler;
}

Result<IoPriority> parseIoPriority(const Node& node)
{
    TRY(node.mustBeObject());
    IoPriority priority;
    TRY(read(node["class"], priority.ioClass));
    TRY(read(node["priority"], priority.priority));
    return priority;
}

Result<ConsoleSize> parseConsoleSize(const Node& node)
{
    TRY(node.mustBeObject());
    ConsoleSize console;
    TRY(read(node["height"], console.height));
    TRY(read(node["width"], console.width));
    return console;
}

/// What decides where and when the process runs.
Result<void> parsePlace(const Node& node, Process& process)
{
    if (node["scheduler"].present())
        process.scheduler = TRY(parseScheduler(node["scheduler"]));
    if (node["ioPriority"].present())
        process.ioPriority = TRY(parseIoPriority(node["ioPriority"]));
    TRY(node["execCPUAffinity"].mustBeObject());
    TRY(read(node["execCPUAffinity"]["initial"], process.execCpuAffinity.initial));
    return read(node["execCPUAffinity"]["final"], process.execCpuAffinity.final);
}

} // namespace

Result<Process> parseProcessNode(const Node& node)
{
    TRY(node.mustBeObject());
    Process process;
    TRY(read(node["terminal"], process.terminal));
    if (node["consoleSize"].present())
        process.consoleSize = TRY(parseConsoleSize(node["consoleSize"]));
    process.user = TRY(parseUser(node["user"]));
    TRY(read(node["args"], process.args));
    TRY(read(node["env"], process.env));
    process.cwd.clear(); // config.md requires it
    TRY(read(node["cwd"], process.cwd));
    if (node["capabilities"].present())
        process.capabilities = TRY(parseCapabilities(node["capabilities"]));
    TRY(parseRlimits(node["rlimits"], process));
    TRY(read(node["noNewPrivileges"], process.noNewPrivileges));
    TRY(read(node["oomScoreAdj"], process.oomScoreAdj));
    TRY(read(node["apparmorProfile"], process.apparmorProfile));
    TRY(read(node["selinuxLabel"], process.selinuxLabel));
    TRY(parsePlace(node, process));
    return process;
}

} // namespace lamella::oci
