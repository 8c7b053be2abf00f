// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"

#include <filesystem>
#include <span>
#include <string>

namespace lamella::shim {

/// The shim's command line (protocol.h).
struct Options {
    std::string id;
    std::filesystem::path bundle, run, log, exit;
    log::Level logLevel = log::Level::Warning;
};

/// `arguments` without the program's name. Errors: InvalidArgument (unknown, missing, an id that could be a path).
Result<Options> parseOptions(std::span<char* const> arguments);

} // namespace lamella::shim
