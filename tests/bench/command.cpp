// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/command.h"

#include "engine/base/unique_fd.h"
#include "tests/bench/clock.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <format>

namespace lamella::bench {

namespace {

std::chrono::nanoseconds duration(const timeval& time)
{
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

Result<pid_t> spawn(const std::vector<std::string>& command, int output)
{
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
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

} // namespace

Result<Sample> timeToFirstInstruction(const std::vector<std::string>& command)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return systemFailure("cannot make a pipe");
    const UniqueFd in{ends[0]};
    UniqueFd out{ends[1]};
    const auto before = now();
    const pid_t pid = TRY(spawn(command, out.get()));
    out.reset();
    const std::string printed = readAll(in.get());
    int status = 0;
    rusage usage{};
    if (::wait4(pid, &status, 0, &usage) != pid)
        return systemFailure("cannot wait for " + command[0]);
    const auto first = printedTime(printed);
    if (!first || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failure(ErrorKind::Failed, std::format("{} ended with wait status {} and printed '{}'", command[0], status, printed));
    return Sample{*first - before, duration(usage.ru_utime) + duration(usage.ru_stime),
                  static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

} // namespace lamella::bench
