// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/command.h"

#include "engine/base/unique_fd.h"
#include "tests/bench/clock.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <format>

namespace lamella::bench {

namespace {

struct Pipe {
    UniqueFd in;
    UniqueFd out;
};

Result<Pipe> makePipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return systemFailure("cannot make a pipe");
    return Pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// Runs it with `output` as its standard output and `report` as descriptor 3.
Result<pid_t> spawn(const std::vector<std::string>& command, int output, int report)
{
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, report, 3);
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return systemFailure(std::format("cannot run {}", command[0]), failed);
    return pid;
}

std::string readAll(int fd)
{
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(n));
    return text;
}

std::string runOne()
{
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "run_one";
}

} // namespace

Result<Sample> timeToFirstInstruction(const std::vector<std::string>& command)
{
    Pipe output = TRY(makePipe());
    Pipe report = TRY(makePipe());
    std::vector<std::string> whole{runOne()};
    whole.insert(whole.end(), command.begin(), command.end());
    const pid_t pid = TRY(spawn(whole, output.out.get(), report.out.get()));
    output.out.reset();
    report.out.reset();
    const std::string printed = readAll(output.in.get());
    const std::string told = readAll(report.in.get());
    ::waitpid(pid, nullptr, 0);
    long long before = 0, cpu = 0;
    long peak = 0;
    int status = -1;
    const auto first = printedTime(printed);
    if (std::sscanf(told.c_str(), "%lld %lld %ld %d", &before, &cpu, &peak, &status) != 4 || !first || status != 0)
        return failure(ErrorKind::Failed,
                       std::format("{} ended with wait status {} and printed '{}'", command[0], status, printed));
    return Sample{*first - std::chrono::nanoseconds{before}, std::chrono::microseconds{cpu},
                  static_cast<std::uint64_t>(peak) * 1024};
}

} // namespace lamella::bench
