// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/option_table.h"

#include "engine/base/compose.h"
#include "engine/runtime/cli/option_values.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lamella::runtime::cli {

namespace {

using enum Command;

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

constexpr std::array kCommands{
    CommandRule{"create", Create, "ID", true, 0, false, "create a container that waits for start"},
    CommandRule{"delete", Delete, "ID", true, 0, false, "remove what is left of a container"},
    CommandRule{"events", Events, "ID", true, 0, false, "show when memory runs out, and statistics"},
    CommandRule{"exec", Exec, "ID [PROGRAM [ARGUMENT...]]", true, kAny, true, "run another program in a container"},
    CommandRule{"features", Features, "", false, 0, false, "show what this runtime supports, as JSON"},
    CommandRule{"kill", Kill, "ID [SIGNAL]", true, 1, false, "send a signal (otherwise TERM) to a container"},
    CommandRule{"list", List, "", false, 0, false, "list the containers"},
    CommandRule{"pause", Pause, "ID", true, 0, false, "stop all processes of a container"},
    CommandRule{"ps", Ps, "ID [OPTIONS OF PS]", true, kAny, true, "list the processes of a container"},
    CommandRule{"resume", Resume, "ID", true, 0, false, "let a paused container go on"},
    CommandRule{"run", Run, "ID", true, 0, false, "create a container and start it"},
    CommandRule{"spec", Spec, "", false, 0, false, "write a config.json to begin with"},
    CommandRule{"start", Start, "ID", true, 0, false, "start the program of a created container"},
    CommandRule{"state", State, "ID", true, 0, false, "show the state of a container, as JSON"},
    CommandRule{"update", Update, "ID", true, 0, false, "change the resources of a container"},
};

constexpr std::uint32_t on(std::initializer_list<Command> commands)
{
    std::uint32_t bits = 0;
    for (const Command command : commands)
        bits |= 1U << static_cast<unsigned>(command);
    return bits;
}

// Setters, one for each kind of member that an option may have.

template <bool Options::* Member>
Result<void> flag(Options& options, std::string_view name, const std::string& value)
{
    options.*Member = TRY(readBool(name, value));
    return {};
}

template <std::filesystem::path Options::* Member>
Result<void> path(Options& options, std::string_view name, const std::string& value)
{
    if (value.empty())
        return failure(ErrorKind::InvalidArgument, compose("--{} needs a path", name));
    options.*Member = value;
    return {};
}

template <std::string Options::* Member>
Result<void> text(Options& options, std::string_view, const std::string& value)
{
    options.*Member = value;
    return {};
}

template <std::vector<std::string> Options::* Member>
Result<void> words(Options& options, std::string_view, const std::string& value)
{
    (options.*Member).push_back(value);
    return {};
}

/// Kept as text: update knows what each of them means.
Result<void> setting(Options& options, std::string_view name, const std::string& value)
{
    options.settings.emplace_back(name, value);
    return {};
}

Result<void> format(Options& options, std::string_view, const std::string& value)
{
    if (value != "table" && value != "json")
        return failure(ErrorKind::InvalidArgument,
                       compose("invalid format option: \"{}\" is not table or json", value));
    options.format = value == "json" ? Format::Json : Format::Table;
    return {};
}

Result<void> logFormat(Options& options, std::string_view, const std::string& value)
{
    if (value != "text" && value != "json")
        return failure(ErrorKind::InvalidArgument, compose("unknown log-format \"{}\": use text or json", value));
    options.logFormat = value == "json" ? log::Format::Json : log::Format::Text;
    return {};
}

Result<void> logLevel(Options& options, std::string_view, const std::string& value)
{
    options.logLevel = TRY(log::levelFromName(value));
    return {};
}

Result<void> debug(Options& options, std::string_view name, const std::string& value)
{
    if (TRY(readBool(name, value)))
        options.logLevel = log::Level::Debug;
    return {};
}

/// What runc does without root (it goes on where a cgroup cannot be made) is not done here.
Result<void> rootless(Options&, std::string_view name, const std::string& value)
{
    if (value == "auto" || !TRY(readBool(name, value)))
        return {};
    return failure(ErrorKind::Unsupported,
                   "--rootless=true is not supported: containers without a cgroup are not made");
}

Result<void> criu(Options&, std::string_view, const std::string&)
{
    return failure(ErrorKind::Unsupported, "--criu is not supported: there are no checkpoints");
}

/// crun's way to say --systemd-cgroup.
Result<void> cgroupManager(Options& options, std::string_view, const std::string& value)
{
    if (value != "cgroupfs" && value != "systemd")
        return failure(ErrorKind::Unsupported,
                       compose("--cgroup-manager={} is not supported: use cgroupfs or systemd", value));
    options.systemdCgroup = value == "systemd";
    return {};
}

/// There is no subreaper: processes that lose their parent outside of a pid namespace go to whom the system says.
Result<void> noSubreaper(Options&, std::string_view name, const std::string& value)
{
    if (TRY(readBool(name, value)))
        return {};
    return failure(ErrorKind::Unsupported, "--no-subreaper=false is not supported: there is no subreaper");
}

Result<void> preservedFds(Options& options, std::string_view name, const std::string& value)
{
    options.preservedFds = static_cast<unsigned>(TRY(readNumber(name, value, 65536)));
    return {};
}

Result<void> user(Options& options, std::string_view name, const std::string& value)
{
    options.user = TRY(readUser(name, value));
    return {};
}

Result<void> additionalGid(Options& options, std::string_view name, const std::string& value)
{
    options.additionalGids.push_back(TRY(readId(name, value)));
    return {};
}

Result<void> interval(Options& options, std::string_view name, const std::string& value)
{
    options.interval = TRY(readDuration(name, value));
    return {};
}

constexpr auto kRunning = on({Create, Run, Exec});
constexpr auto kCreating = on({Create, Run});

constexpr std::array kOptions{
    OptionRule{"root", 0, on({None}), "DIR", "where the states of containers are kept", path<&Options::root>},
    OptionRule{"log", 0, on({None}), "FILE", "where messages go instead of standard error", path<&Options::logFile>},
    OptionRule{"log-format", 0, on({None}), "text|json", "how messages are written", logFormat},
    OptionRule{"log-level", 0, on({None}), "LEVEL", "trace, debug, info, warning, error or off", logLevel},
    OptionRule{"debug", 0, on({None}), "", "the same as --log-level debug", debug},
    OptionRule{"systemd-cgroup", 0, on({None}), "", "let systemd make the cgroup", flag<&Options::systemdCgroup>},
    OptionRule{"cgroup-manager", 0, on({None}), "cgroupfs|systemd", "who makes the cgroup, as crun has it",
               cgroupManager},
    OptionRule{"rootless", 0, on({None}), "auto|false", "whether cgroups may be missing: never", rootless},
    OptionRule{"criu", 0, on({None}), "PATH", "refused: there are no checkpoints", criu},
    OptionRule{"version", 'v', on({None}), "", "show the version", flag<&Options::version>},

    OptionRule{"bundle", 'b', kCreating | on({Spec}), "DIR", "the bundle (otherwise the current directory)",
               path<&Options::bundle>},
    OptionRule{"config", 0, kCreating, "FILE", "config.json by another name, in the bundle, as crun has it",
               path<&Options::config>},
    OptionRule{"console-socket", 0, kRunning, "PATH", "the socket that gets the terminal's master",
               path<&Options::consoleSocket>},
    OptionRule{"pidfd-socket", 0, kRunning, "PATH", "the socket that gets a pidfd of the program",
               path<&Options::pidfdSocket>},
    OptionRule{"pid-file", 0, kRunning, "FILE", "where the PID is written", path<&Options::pidFile>},
    OptionRule{"preserve-fds", 0, kRunning, "N", "pass N descriptors after 2 on", preservedFds},
    OptionRule{"no-pivot", 0, kCreating, "", "move the root instead of pivot_root(2)", flag<&Options::noPivot>},
    OptionRule{"no-new-keyring", 0, kCreating, "", "keep the caller's session keyring", flag<&Options::noNewKeyring>},
    OptionRule{"detach", 'd', on({Run, Exec}), "", "do not wait for the program", flag<&Options::detach>},
    OptionRule{"keep", 0, on({Run}), "", "do not delete the container when it has ended", flag<&Options::keep>},
    OptionRule{"no-subreaper", 0, on({Run, Exec}), "", "as it is anyway", noSubreaper},

    OptionRule{"process", 'p', on({Exec}), "FILE", "a process.json", path<&Options::process>},
    OptionRule{"tty", 't', on({Exec}), "", "with a terminal", flag<&Options::terminal>},
    OptionRule{"user", 'u', on({Exec}), "UID[:GID]", "the user of the program", user},
    OptionRule{"additional-gids", 'g', on({Exec}), "GID", "one more group of the program", additionalGid},
    OptionRule{"cwd", 0, on({Exec}), "DIR", "the working directory", text<&Options::cwd>},
    OptionRule{"env", 'e', on({Exec}), "NAME=VALUE", "set a variable", words<&Options::env>},
    OptionRule{"cap", 'c', on({Exec}), "CAPABILITY", "add a capability", words<&Options::capabilities>},
    OptionRule{"no-new-privs", 0, on({Exec}), "", "no privileges through execve(2)", flag<&Options::noNewPrivileges>},
    OptionRule{"apparmor", 0, on({Exec}), "PROFILE", "the AppArmor profile", text<&Options::apparmorProfile>},
    OptionRule{"process-label", 0, on({Exec}), "LABEL", "the SELinux label", text<&Options::selinuxLabel>},
    OptionRule{"cgroup", 0, on({Exec}), "[CONTROLLER[,...]:]PATH", "a cgroup below the container's",
               words<&Options::cgroups>},
    OptionRule{"ignore-paused", 0, on({Exec}), "", "also in a paused container", flag<&Options::ignorePaused>},

    OptionRule{"all", 'a', on({Kill}), "", "all processes of the container", flag<&Options::all>},
    OptionRule{"force", 'f', on({Delete}), "", "kill it first; a missing container is no error", flag<&Options::force>},
    OptionRule{"format", 'f', on({List, Ps}), "table|json", "how the list is written", format},
    OptionRule{"quiet", 'q', on({List}), "", "only the ids", flag<&Options::quiet>},
    OptionRule{"stats", 0, on({Events}), "", "the statistics, once", flag<&Options::stats>},
    OptionRule{"interval", 0, on({Events}), "TIME", "between statistics (otherwise 5s)", interval},
    OptionRule{"rootless", 0, on({Spec}), "", "for somebody who is not root", flag<&Options::rootlessSpec>},

    OptionRule{"resources", 'r', on({Update}), "FILE|-", "a JSON document of linux.resources",
               path<&Options::resources>},
    OptionRule{"memory", 0, on({Update}), "BYTES", "the limit of memory", setting},
    OptionRule{"memory-reservation", 0, on({Update}), "BYTES", "the soft limit of memory", setting},
    OptionRule{"memory-swap", 0, on({Update}), "BYTES", "the limit of memory and swap", setting},
    OptionRule{"cpu-period", 0, on({Update}), "USEC", "the period of the quota", setting},
    OptionRule{"cpu-quota", 0, on({Update}), "USEC", "CPU time in each period", setting},
    OptionRule{"cpu-burst", 0, on({Update}), "USEC", "CPU time beyond the quota", setting},
    OptionRule{"cpu-share", 0, on({Update}), "SHARES", "the relative share of CPU time", setting},
    OptionRule{"cpu-rt-period", 0, on({Update}), "USEC", "the period of real-time programs", setting},
    OptionRule{"cpu-rt-runtime", 0, on({Update}), "USEC", "CPU time of real-time programs in it", setting},
    OptionRule{"cpu-idle", 0, on({Update}), "0|1", "only when nobody else wants the CPU", setting},
    OptionRule{"cpuset-cpus", 0, on({Update}), "LIST", "the CPUs", setting},
    OptionRule{"cpuset-mems", 0, on({Update}), "LIST", "the memory nodes", setting},
    OptionRule{"pids-limit", 0, on({Update}), "N", "the limit of processes", setting},
    OptionRule{"blkio-weight", 0, on({Update}), "10..1000", "the relative share of disks", setting},
};

} // namespace

std::span<const CommandRule> commandRules()
{
    return kCommands;
}

std::span<const OptionRule> optionRules()
{
    return kOptions;
}

const CommandRule* findCommand(std::string_view name)
{
    const auto* found = std::ranges::find(kCommands, name, &CommandRule::name);
    return found == kCommands.end() ? nullptr : found;
}

const CommandRule& ruleOf(Command command)
{
    return *std::ranges::find(kCommands, command, &CommandRule::command);
}

const OptionRule* findOption(Command command, std::string_view name)
{
    const auto* found = std::ranges::find_if(kOptions, [&](const OptionRule& rule) {
        const bool named = rule.name == name || (rule.letter != 0 && name == std::string_view{&rule.letter, 1});
        return named && rule.belongsTo(command);
    });
    return found == kOptions.end() ? nullptr : found;
}

} // namespace lamella::runtime::cli
