// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/own_copy.h"

#include <array>
#include <cstdio>
#include <sys/prctl.h>
#include <utility>

namespace lamella::runtime::cli {

namespace {

using Command = Result<int> (*)(const Options&);

constexpr std::array<std::pair<std::string_view, Command>, 8> kCommands{{
    {"create", createCommand},
    {"run", runCommand},
    {"start", startCommand},
    {"exec", execCommand},
    {"state", stateCommand},
    {"kill", killCommand},
    {"delete", deleteCommand},
    {"list", listCommand},
}};

/// Only these make a process that comes near a container.
bool entersContainer(const std::string& command)
{
    return command == "create" || command == "run" || command == "exec";
}

Result<int> dispatch(const Options& options, char** argv)
{
    if (entersContainer(options.command)) {
        TRY(runFromOwnCopy(argv));
        if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
            return systemFailure("cannot become untraceable");
    }
    for (const auto& [name, command] : kCommands) {
        if (name == options.command)
            return command(options);
    }
    return failure(ErrorKind::InvalidArgument, "a command is missing");
}

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
    if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h")) {
        std::fputs(std::string{kUsage}.c_str(), stdout);
        return 0;
    }
    const auto options = parseOptions(arguments);
    if (!options) {
        std::fprintf(stderr, "lamella-runtime: %s\n%s", options.error().message.c_str(), std::string{kUsage}.c_str());
        return 2;
    }
    log::setup("lamella-runtime", options->logLevel);
    const auto status = dispatch(*options, argv);
    if (!status) {
        std::fprintf(stderr, "lamella-runtime: %s\n", status.error().message.c_str());
        return 1;
    }
    return *status;
}

} // namespace

} // namespace lamella::runtime::cli

int main(int argc, char** argv)
{
    return lamella::runtime::cli::main(argc, argv);
}
