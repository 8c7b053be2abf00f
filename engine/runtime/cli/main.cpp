// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/os/file.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/option_table.h"
#include "engine/runtime/cli/own_program.h"
#include "engine/runtime/cli/streams.h"
#include "engine/runtime/cli/usage.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/prctl.h>
#include <utility>

namespace lamella::runtime::cli {

namespace {

using Action = Result<int> (*)(const Options&);

constexpr std::array<std::pair<Command, Action>, 15> kActions{{
    {Command::Create, createCommand},
    {Command::Delete, deleteCommand},
    {Command::Events, eventsCommand},
    {Command::Exec, execCommand},
    {Command::Features, featuresCommand},
    {Command::Kill, killCommand},
    {Command::List, listCommand},
    {Command::Pause, pauseCommand},
    {Command::Ps, psCommand},
    {Command::Resume, resumeCommand},
    {Command::Run, runCommand},
    {Command::Spec, specCommand},
    {Command::Start, startCommand},
    {Command::State, stateCommand},
    {Command::Update, updateCommand},
}};

constexpr auto kUsageHint = "usage: lamella-runtime [OPTIONS] COMMAND ...; --help shows what there is\n";
/// runc's status of an exec that failed itself, so that it is not taken for the program's.
constexpr int kExecFailed = 255;

/// Only these make a process that comes near a container.
bool entersContainer(Command command)
{
    return command == Command::Create || command == Command::Run || command == Command::Exec;
}

int failedStatus(Command command)
{
    return command == Command::Exec ? kExecFailed : 1;
}

/// The command of a line that could not be read; None where there is none.
Command commandIn(const std::vector<std::string>& arguments)
{
    for (const std::string& word : arguments) {
        if (const CommandRule* rule = findCommand(word))
            return rule->command;
    }
    return Command::None;
}

/// The log's file, where it is none of the descriptors that a program inherits.
Result<UniqueFd> openLog(const Options& options)
{
    if (options.logFile.empty())
        return UniqueFd{};
    const UniqueFd file = TRY(os::open(options.logFile, O_WRONLY | O_CREAT | O_APPEND, 0644));
    UniqueFd above{::fcntl(file.get(), F_DUPFD_CLOEXEC, afterInherited(listenFds() + options.preservedFds))};
    if (!above)
        return systemFailure("cannot keep the log open");
    return above;
}

/// Once in the log, where there is one, and once for the person.
void tell(const Options& options, const Error& error)
{
    const bool logged = !options.logFile.empty() || options.logFormat == log::Format::Json;
    if (logged)
        log::error("{}", error.message);
    if (!options.logFile.empty() || !logged)
        std::fprintf(stderr, "lamella-runtime: %s\n", error.message.c_str());
}

Result<int> act(const Options& options)
{
    // A container that ends before it is let go is an error of a write, and leaves nothing; its programs start with the
    // default.
    if (entersContainer(options.command) || options.command == Command::Start)
        std::signal(SIGPIPE, SIG_IGN);
    if (entersContainer(options.command) && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return systemFailure("cannot become untraceable");
    for (const auto& [command, action] : kActions) {
        if (command == options.command)
            return action(options);
    }
    return failure(ErrorKind::Unsupported, "this command is not supported");
}

int run(const Options& options, char** argv)
{
    if (options.help || options.version) {
        std::fputs((options.help ? usage(options.command) : versionText()).c_str(), stdout);
        return 0;
    }
    auto ready = os::fillStandardStreams();
    if (ready && entersContainer(options.command))
        ready = partFromProgram(argv);
    const auto file = openLog(options);
    if (!file) {
        std::fprintf(stderr, "lamella-runtime: %s\n", file.error().message.c_str());
        return failedStatus(options.command);
    }
    log::setupLines(options.logLevel, *file ? file->borrow() : BorrowedFd{STDERR_FILENO}, options.logFormat);
    const auto status = ready ? act(options) : std::unexpected(std::move(ready).error());
    if (status)
        return *status;
    tell(options, status.error());
    return failedStatus(options.command);
}

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
    const auto options = parseOptions(arguments);
    if (options)
        return run(*options, argv);
    std::fprintf(stderr, "lamella-runtime: %s\n%s", options.error().message.c_str(), kUsageHint);
    return failedStatus(commandIn(arguments));
}

} // namespace

} // namespace lamella::runtime::cli

int main(int argc, char** argv)
{
    return lamella::runtime::cli::main(argc, argv);
}
