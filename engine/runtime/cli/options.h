// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace lamella::runtime::cli {

struct Options {
    std::filesystem::path root = "/run/lamella/runtime";
    log::Level logLevel = log::Level::Warning;
    std::string command;
    std::filesystem::path bundle = ".";
    std::filesystem::path consoleSocket;
    std::filesystem::path pidFile;
    std::filesystem::path process;
    bool terminal = false;
    bool detach = false;
    bool all = false;
    bool force = false;
    std::string id;
    std::vector<std::string> rest; ///< what follows the id: a command, or a signal
};

inline constexpr std::string_view kUsage
    = "usage: lamella-runtime [--root DIR] [--log-level LEVEL] COMMAND\n"
      "  create [--bundle DIR] [--console-socket PATH] [--pid-file FILE] ID\n"
      "  run [--bundle DIR] [--console-socket PATH] [--pid-file FILE] [--detach] ID\n"
      "  start ID\n"
      "  exec [--tty] [--console-socket PATH] [--pid-file FILE] [--detach] (--process FILE ID | ID PROGRAM "
      "[ARGUMENTS])\n"
      "  state ID\n"
      "  kill [--all] ID [SIGNAL]\n"
      "  delete [--force] ID\n"
      "  list\n";

/// Reads the command line. Errors: InvalidArgument with what is wrong.
Result<Options> parseOptions(const std::vector<std::string>& arguments);

} // namespace lamella::runtime::cli
