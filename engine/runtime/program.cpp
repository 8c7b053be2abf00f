// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/program.h"

#include "engine/base/compose.h"
#include "engine/oci/names.h"
#include "engine/runtime/home.h"
#include "engine/runtime/seccomp.h"

#include <algorithm>
#include <ranges>
#include <sys/personality.h>
#include <unordered_set>

namespace lamella::runtime {

namespace {

/// execvp(3)'s path where the environment has none.
constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string_view searchPath(const std::vector<std::string>& env)
{
    for (const auto& variable : env) {
        if (variable.starts_with("PATH="))
            return std::string_view{variable}.substr(5);
    }
    return kDefaultPath;
}

std::vector<std::string> candidatesFor(const std::string& name, const std::vector<std::string>& env)
{
    if (name.contains('/'))
        return {name};
    std::vector<std::string> candidates;
    for (const auto part : std::views::split(searchPath(env), ':')) {
        const std::string_view directory{part};
        candidates.push_back(directory.empty() ? "./" + name : std::string{directory} + "/" + name);
    }
    return candidates;
}

/// A variable that is given twice has its last value (as in runc); getenv(3) would find the first.
std::vector<std::string> lastOfEach(const std::vector<std::string>& env)
{
    std::vector<std::string> kept;
    kept.reserve(env.size() + 1);
    std::unordered_set<std::string_view> seen;
    for (const auto& variable : env | std::views::reverse) {
        if (seen.insert(std::string_view{variable}.substr(0, variable.find('='))).second)
            kept.push_back(variable);
    }
    std::ranges::reverse(kept);
    return kept;
}

/// A program without HOME gets the one of its user's row in the container's /etc/passwd, else "/" (as in runc).
void addHome(Program& program)
{
    std::erase(program.env, "HOME=");
    if (std::ranges::any_of(program.env, [](const auto& variable) { return variable.starts_with("HOME="); }))
        return;
    std::string& home = program.env.emplace_back("HOME=/");
    const std::size_t length = home.size();
    home.resize(length - 1 + kHomeRoom);
    program.home = home.data() + length - 1;
}

std::vector<char*> pointersTo(std::vector<std::string>& strings)
{
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (auto& string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

void Program::handReportOn()
{
    handsReportOn = true;
    env.insert(env.begin(), compose("LAMELLA_INIT_REPORT={}", kReportForInit)); // the first one counts
    envp = pointersTo(env);
}

Result<Program> prepareProgram(const oci::Process& process, const oci::Linux& linux)
{
    TRY(needModules(process, linux));
    Program program;
    program.args = process.args;
    program.env = lastOfEach(process.env);
    addHome(program);
    program.argv = pointersTo(program.args);
    program.envp = pointersTo(program.env);
    if (!process.args.empty())
        program.candidates = candidatesFor(process.args.front(), program.env);
    program.cwd = process.cwd;
    program.uid = process.user.uid;
    program.gid = process.user.gid;
    program.groups = process.user.additionalGids;
    program.umask = process.user.umask.value_or(0022);
    program.noNewPrivileges = process.noNewPrivileges;
    program.terminal = process.terminal;
    program.consoleSize = process.consoleSize.value_or(oci::ConsoleSize{});
    program.label = programLabel(process);
    if (!linux.personality.empty())
        program.personality = linux.personality == "LINUX32" ? PER_LINUX32 : PER_LINUX;
    if (linux.memoryPolicy)
        program.memoryPolicy = prepareMemoryPolicy(*linux.memoryPolicy);
    if (const auto& set = process.capabilities)
        program.capabilities = capabilityMasks(*set);
    for (const oci::Rlimit& limit : process.rlimits) {
        if (const auto number = oci::rlimitNumber(limit.type))
            program.limits.push_back({*number, {limit.soft, limit.hard}});
    }
    if (const auto& seccomp = linux.seccomp) {
        program.filter = TRY_WITHIN("cannot compile the seccomp profile", cachedSeccomp(*seccomp, kSeccompCache));
        program.filterFlags = TRY(seccompFlags(*seccomp));
    }
    return program;
}

} // namespace lamella::runtime
