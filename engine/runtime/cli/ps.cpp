// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/cgroup.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/os/spawn.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/state.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ranges>
#include <set>
#include <string_view>

namespace lamella::runtime::cli {

namespace {

constexpr auto kPs = "/usr/bin/ps";
/// A machine with a hundred thousand processes writes some 10 MB.
constexpr std::size_t kMostOutput = 64u << 20;

Result<std::set<pid_t>> processesOf(const State& state)
{
    auto opened = cgroup::open(state.cgroup);
    if (!opened && opened.error().kind == ErrorKind::NotFound)
        return std::set<pid_t>{};
    const auto group = TRY(std::move(opened));
    return TRY(group->processes()) | std::ranges::to<std::set>();
}

/// Starts ps(1) of the host with its options, or -ef. Afterwards only it can write to `output`.
Result<UniqueFd> startPs(const std::vector<std::string>& options, UniqueFd output)
{
    std::vector<std::string> arguments{"ps"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    if (options.empty())
        arguments.emplace_back("-ef");
    os::Spawn spawn;
    TRY(spawn.pass(output.borrow(), STDOUT_FILENO));
    return spawn.run(kPs, arguments);
}

/// What it says of all processes of the machine.
Result<std::string> runPs(const std::vector<std::string>& options)
{
    os::Pipe output = TRY(os::makePipe());
    const UniqueFd pidfd = TRY(startPs(options, std::move(output.write)));
    std::string text = TRY(os::readAll(output.read.borrow(), kPs, kMostOutput));
    if (const int code = TRY(os::waitFor(pidfd.borrow())).code; code != 0)
        return failure(ErrorKind::Failed, compose("{} failed with the status {}", kPs, code));
    return text;
}

/// The word at `index` of a line; empty where there are fewer.
std::string_view wordAt(std::string_view line, std::size_t index)
{
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        const std::string_view word = line.substr(0, line.find(' '));
        if (index == 0 || word.empty())
            return word;
        line.remove_prefix(word.size());
        --index;
    }
}

Result<std::size_t> pidColumn(std::string_view header)
{
    for (std::size_t index = 0;; ++index) {
        const std::string_view title = wordAt(header, index);
        if (title == "PID")
            return index;
        if (title.empty())
            return failure(ErrorKind::InvalidArgument, "these options of ps show no column PID");
    }
}

bool belongsTo(const std::set<pid_t>& pids, std::string_view word)
{
    pid_t pid = 0;
    std::from_chars(word.data(), word.data() + word.size(), pid);
    return pids.contains(pid);
}

} // namespace

Result<int> psCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const std::set<pid_t> pids = TRY(processesOf(state));
    if (options.format == Format::Json) {
        std::puts(nlohmann::json(pids).dump().c_str());
        return 0;
    }
    const std::string table = TRY(runPs(options.rest));
    const std::string_view header = std::string_view{table}.substr(0, table.find('\n'));
    const std::size_t column = TRY(pidColumn(header));
    std::string shown = compose("{}\n", header);
    for (const auto part : std::views::split(table, '\n') | std::views::drop(1)) {
        const std::string_view line{part};
        if (belongsTo(pids, wordAt(line, column)))
            shown += compose("{}\n", line);
    }
    std::fputs(shown.c_str(), stdout);
    return 0;
}

} // namespace lamella::runtime::cli
