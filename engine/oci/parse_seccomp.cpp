// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/known_names.h"
#include "engine/oci/parse.h"

#include <algorithm>
#include <array>

namespace lamella::oci {

namespace {

constexpr std::array<std::string_view, 9> kActions{"SCMP_ACT_KILL",  "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS",
                                                   "SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",       "SCMP_ACT_TRACE",
                                                   "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",         "SCMP_ACT_NOTIFY"};
constexpr std::string_view kNotify = "SCMP_ACT_NOTIFY";
constexpr std::array<std::string_view, 7> kOperators{"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",       "SCMP_CMP_EQ",
                                                     "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"};

template <class List>
Result<void> readWord(const Node& node, const List& known, std::string& out)
{
    TRY(read(node, out));
    if (!std::ranges::contains(known, std::string_view{out}))
        return node.wrong(compose("is \"{}\", which is not supported", out), ErrorKind::Unsupported);
    return {};
}

/// config-linux.md: a value for an action that returns none is an error.
Result<void> readErrno(const Node& node, const std::string& action, std::optional<unsigned>& out)
{
    TRY(read(node, out));
    if (out && action != "SCMP_ACT_ERRNO" && action != "SCMP_ACT_TRACE")
        return node.wrong(compose("has no meaning for {}", action));
    if (out.value_or(0) > 0xffff)
        return node.wrong(compose("{} is too large", *out));
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
    TRY(readErrno(node["errnoRet"], syscalls.action, syscalls.errnoRet));
    // The process that loads the filter says with a write(2) how that went, and nobody could answer for it yet.
    if (syscalls.action == kNotify && std::ranges::contains(syscalls.names, "write"))
        return node["names"].wrong("is wrong: SCMP_ACT_NOTIFY cannot be used for the write syscall");
    for (const Node& argument : TRY(node["args"].elements(6)))
        syscalls.args.push_back(TRY(parseArgument(argument)));
    return syscalls;
}

Result<void> parseListener(const Node& node, Seccomp& seccomp)
{
    TRY(read(node["listenerPath"], seccomp.listenerPath));
    TRY(read(node["listenerMetadata"], seccomp.listenerMetadata));
    if (seccomp.listenerPath.empty() && !seccomp.listenerMetadata.empty())
        return node["listenerMetadata"].wrong("is for a listener, and there is no listenerPath");
    if (seccomp.listenerPath.empty() && usesNotify(seccomp))
        return node["listenerPath"].wrong("is needed for SCMP_ACT_NOTIFY");
    return {};
}

} // namespace

std::vector<std::string_view> knownSeccompActions()
{
    return {kActions.begin(), kActions.end()};
}

std::vector<std::string_view> knownSeccompOperators()
{
    return {kOperators.begin(), kOperators.end()};
}

bool usesNotify(const Seccomp& seccomp)
{
    return std::ranges::contains(seccomp.syscalls, kNotify, &SeccompSyscalls::action);
}

Result<Seccomp> parseSeccompNode(const Node& node)
{
    TRY(node.mustBeObject());
    Seccomp seccomp;
    TRY(readWord(node["defaultAction"], kActions, seccomp.defaultAction));
    if (seccomp.defaultAction == kNotify)
        return node["defaultAction"].wrong("cannot be SCMP_ACT_NOTIFY: nobody would answer for the runtime itself");
    TRY(readErrno(node["defaultErrnoRet"], seccomp.defaultAction, seccomp.defaultErrnoRet));
    TRY(read(node["architectures"], seccomp.architectures));
    TRY(read(node["flags"], seccomp.flags));
    for (const Node& syscalls : TRY(node["syscalls"].elements()))
        seccomp.syscalls.push_back(TRY(parseSyscalls(syscalls)));
    TRY(parseListener(node, seccomp));
    return seccomp;
}

} // namespace lamella::oci
