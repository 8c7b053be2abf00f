// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/parse.h"

#include <array>

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

Result<void> refuseOfProcess(const Node& node)
{
    for (const char* key : {"selinuxLabel", "apparmorProfile", "ioPriority", "scheduler", "execCPUAffinity"}) {
        if (node[key].filled())
            return node[key].wrong("is not supported", ErrorKind::Unsupported);
    }
    return {};
}

} // namespace

Result<Process> parseProcessNode(const Node& node)
{
    TRY(node.mustBeObject());
    TRY(refuseOfProcess(node));
    Process process;
    TRY(read(node["terminal"], process.terminal));
    if (const Node size = node["consoleSize"]; size.present()) {
        TRY(size.mustBeObject());
        ConsoleSize console;
        TRY(read(size["height"], console.height));
        TRY(read(size["width"], console.width));
        process.consoleSize = console;
    }
    process.user = TRY(parseUser(node["user"]));
    TRY(read(node["args"], process.args));
    TRY(read(node["env"], process.env));
    TRY(read(node["cwd"], process.cwd));
    if (node["capabilities"].present())
        process.capabilities = TRY(parseCapabilities(node["capabilities"]));
    TRY(parseRlimits(node["rlimits"], process));
    TRY(read(node["noNewPrivileges"], process.noNewPrivileges));
    TRY(read(node["oomScoreAdj"], process.oomScoreAdj));
    return process;
}

} // namespace lamella::oci
