// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/cli/options.h"

#include <string>

namespace lamella::runtime::cli {

/// The help of a command, or (Command::None) of the program: what there is, from the tables that the parser uses.
std::string usage(Command command);

/// The answer to --version, in the lines that callers read: "lamella-runtime version 1.0", "spec: 1.2.0".
std::string versionText();

} // namespace lamella::runtime::cli
