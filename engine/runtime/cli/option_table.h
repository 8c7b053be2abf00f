// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/cli/options.h"

#include <cstdint>
#include <span>
#include <string_view>

/// What there is on the command line: one row for each command and for each option.
namespace lamella::runtime::cli {

struct CommandRule {
    std::string_view name;
    Command command;
    std::string_view arguments; ///< as the help shows them
    bool takesId;
    std::size_t most; ///< how many words may follow the id
    bool restIsForeign; ///< what follows the id is not ours to read: a program's arguments
    std::string_view summary;
};

struct OptionRule {
    /// Takes the value ("true" or "false" of a flag) into the options.
    using Setter = Result<void> (*)(Options& options, std::string_view name, const std::string& value);

    std::string_view name; ///< without the dashes
    char letter; ///< its short form, or 0
    std::uint32_t commands; ///< a set of bits 1 << Command; Command::None stands for before the command
    std::string_view value; ///< what the help calls its value; empty for a flag
    std::string_view summary;
    Setter set;

    bool belongsTo(Command command) const { return (commands >> static_cast<unsigned>(command) & 1) != 0; }
};

std::span<const CommandRule> commandRules();
std::span<const OptionRule> optionRules();

/// Null where there is none.
const CommandRule* findCommand(std::string_view name);
const CommandRule& ruleOf(Command command);
/// By its name or letter, without dashes; null where `command` has none.
const OptionRule* findOption(Command command, std::string_view name);

} // namespace lamella::runtime::cli
