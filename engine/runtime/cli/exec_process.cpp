// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/exec_process.h"

#include "engine/os/file.h"

#include <algorithm>
#include <string_view>

namespace lamella::runtime::cli {

namespace {

/// A variable that is set again takes the place of the old one: programs would read the first of two.
void setVariable(std::vector<std::string>& env, const std::string& variable)
{
    const std::string_view name = std::string_view{variable}.substr(0, variable.find('='));
    std::erase_if(env,
                  [&](const std::string& other) { return std::string_view{other}.substr(0, other.find('=')) == name; });
    env.push_back(variable);
}

void addCapabilities(const std::vector<std::string>& names, oci::Process& process)
{
    if (names.empty())
        return;
    if (!process.capabilities)
        process.capabilities.emplace();
    for (auto* set :
         {&process.capabilities->bounding, &process.capabilities->effective, &process.capabilities->permitted}) {
        for (const std::string& name : names) {
            if (!std::ranges::contains(*set, name))
                set->push_back(name);
        }
    }
}

void setUser(const Options& options, oci::Process& process)
{
    if (options.user) {
        process.user.uid = options.user->uid;
        process.user.gid = options.user->gid.value_or(process.user.gid);
    }
    auto& groups = process.user.additionalGids;
    groups.insert(groups.end(), options.additionalGids.begin(), options.additionalGids.end());
}

/// What confines the container confines this too, where the file does not say otherwise.
Result<oci::Process> fromFile(const Options& options, const oci::Process& container)
{
    const std::string text = TRY(os::readFile(options.process));
    oci::Process process = TRY(oci::parseProcess(text));
    process.terminal = process.terminal || options.terminal;
    if (process.apparmorProfile.empty())
        process.apparmorProfile = container.apparmorProfile;
    if (process.selinuxLabel.empty())
        process.selinuxLabel = container.selinuxLabel;
    if (process.rlimits.empty())
        process.rlimits = container.rlimits;
    if (!process.capabilities)
        process.capabilities = container.capabilities;
    return process;
}

} // namespace

Result<oci::Process> processFor(const Options& options, const oci::Spec& container)
{
    if (!options.process.empty())
        return fromFile(options, container.process);
    oci::Process process = container.process;
    process.args = options.rest;
    process.terminal = options.terminal;
    if (!options.cwd.empty())
        process.cwd = options.cwd;
    for (const std::string& variable : options.env)
        setVariable(process.env, variable);
    addCapabilities(options.capabilities, process);
    process.noNewPrivileges = process.noNewPrivileges || options.noNewPrivileges;
    if (!options.apparmorProfile.empty())
        process.apparmorProfile = options.apparmorProfile;
    if (!options.selinuxLabel.empty())
        process.selinuxLabel = options.selinuxLabel;
    setUser(options, process);
    return process;
}

} // namespace lamella::runtime::cli
