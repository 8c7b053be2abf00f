// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/usage.h"

#include "engine/base/compose.h"
#include "engine/runtime/cli/option_table.h"
#include "engine/runtime/state_document.h"

#include <seccomp.h>

namespace lamella::runtime::cli {

namespace {

std::string optionLine(const OptionRule& rule)
{
    std::string names
        = rule.letter != 0 ? compose("-{}, --{}", rule.letter, rule.name) : compose("    --{}", rule.name);
    if (!rule.value.empty())
        names += compose(" {}", rule.value);
    return compose("  {} {}\n", padded(names, 32), rule.summary);
}

std::string optionLines(Command command)
{
    std::string lines;
    for (const OptionRule& rule : optionRules()) {
        if (rule.belongsTo(command))
            lines += optionLine(rule);
    }
    return lines;
}

} // namespace

std::string usage(Command command)
{
    if (command != Command::None) {
        const CommandRule& rule = ruleOf(command);
        return compose("usage: lamella-runtime {} [OPTIONS] {}\n{}\n\n{}", rule.name, rule.arguments, rule.summary,
                       optionLines(command));
    }
    std::string text = "usage: lamella-runtime [OPTIONS] COMMAND [OPTIONS OF THE COMMAND] [ARGUMENTS]\n"
                       "Runs containers according to the OCI runtime specification.\n\n";
    for (const CommandRule& rule : commandRules())
        text += compose("  {} {}\n", padded(rule.name, 10), rule.summary);
    return text + "\n" + optionLines(Command::None)
        + "\nlamella-runtime COMMAND --help shows the options of a command.\n";
}

std::string versionText()
{
    const scmp_version* seccomp = ::seccomp_version();
    return compose("lamella-runtime version {}\nspec: {}\nlibseccomp: {}.{}.{}\n", LAMELLA_VERSION, kOciVersion,
                   seccomp->major, seccomp->minor, seccomp->micro);
}

} // namespace lamella::runtime::cli
