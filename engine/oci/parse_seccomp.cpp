// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/parse.h"

#include <algorithm>
#include <array>

namespace lamella::oci {

namespace {

constexpr std::array<std::string_view, 8> kActions{"SCMP_ACT_KILL",  "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS",
                                                   "SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",       "SCMP_ACT_TRACE",
                                                   "SCMP_ACT_ALLOW", "SCMP_ACT_LOG"};
constexpr std::array<std::string_view, 7> kOperators{"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",       "SCMP_CMP_EQ",
                                                     "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"};

template <class List>
Result<void> readWord(const Node& node, const List& known, std::string& out)
{
    TRY(read(node, out));
    if (!std::ranges::contains(known, std::string_view{out}))
        return node.wrong(std::format("is \"{}\", which is not supported", out), ErrorKind::Unsupported);
    return {};
}

Result<SeccompArg> parseArgument(const Node& node)
{
    TRY(node.mustBeObject());
    SeccompArg argument;
    TRY(read(node["index"], argument.index));
    if (argument.index > 5)
        return node["index"].wrong("must be 0 to 5");
    TRY(read(node["value"], argument.value));
    TRY(read(node["valueTwo"], argument.valueTwo));
    TRY(readWord(node["op"], kOperators, argument.op));
    return argument;
}

Result<SeccompSyscalls> parseSyscalls(const Node& node)
{
    TRY(node.mustBeObject());
    SeccompSyscalls syscalls;
    TRY(read(node["names"], syscalls.names));
    if (syscalls.names.empty())
        return node["names"].wrong("is empty");
    TRY(readWord(node["action"], kActions, syscalls.action));
    TRY(read(node["errnoRet"], syscalls.errnoRet));
    for (const Node& argument : TRY(node["args"].elements(6)))
        syscalls.args.push_back(TRY(parseArgument(argument)));
    return syscalls;
}

} // namespace

Result<Seccomp> parseSeccompNode(const Node& node)
{
    TRY(node.mustBeObject());
    for (const char* key : {"listenerPath", "listenerMetadata"}) {
        if (node[key].filled())
            return node[key].wrong("is not supported", ErrorKind::Unsupported);
    }
    Seccomp seccomp;
    TRY(readWord(node["defaultAction"], kActions, seccomp.defaultAction));
    TRY(read(node["defaultErrnoRet"], seccomp.defaultErrnoRet));
    TRY(read(node["architectures"], seccomp.architectures));
    TRY(read(node["flags"], seccomp.flags));
    for (const Node& syscalls : TRY(node["syscalls"].elements()))
        seccomp.syscalls.push_back(TRY(parseSyscalls(syscalls)));
    return seccomp;
}

} // namespace lamella::oci
