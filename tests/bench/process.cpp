// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/process.h"

#include "engine/os/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <format>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace lamella::bench {

Process::Process(pid_t pid, std::filesystem::path log)
    : m_pid(pid)
    , m_log(std::move(log))
{
}

Process::Process(Process&& other) noexcept
    : m_pid(std::exchange(other.m_pid, 0))
    , m_log(std::move(other.m_log))
{
}

Process::~Process()
{
    if (m_pid > 0)
        std::ignore = end();
}

Result<Process> Process::start(const std::vector<std::string>& command, std::filesystem::path log)
{
    const UniqueFd out{::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (!out)
        return systemFailure(std::format("cannot write {}", log.string()));
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, out.get(), 2);
    pid_t pid = 0;
    const int failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return systemFailure(std::format("cannot run {}", command[0]), failed);
    return Process{pid, std::move(log)};
}

bool Process::isRunning() const
{
    siginfo_t ended{};
    return ::waitid(P_PID, static_cast<id_t>(m_pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

Result<std::chrono::nanoseconds> Process::cpu() const
{
    std::ifstream in(std::format("/proc/{}/stat", m_pid));
    std::string line;
    std::getline(in, line);
    std::istringstream fields{line.substr(std::min(line.size(), line.rfind(')') + 1))};
    std::string field;
    for (int i = 3; i < 14; ++i) // what comes before utime
        fields >> field;
    long long ticks = 0;
    for (int i = 0; i < 4; ++i) { // utime, stime, cutime, cstime
        long long value = 0;
        if (!(fields >> value))
            return failure(ErrorKind::Failed, "a process has gone");
        ticks += value;
    }
    return std::chrono::nanoseconds{ticks * 1'000'000'000 / ::sysconf(_SC_CLK_TCK)};
}

Result<std::uint64_t> Process::peakBytes() const
{
    std::ifstream in(std::format("/proc/{}/status", m_pid));
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmHWM:"))
            return std::stoull(line.substr(6)) * 1024;
    }
    return failure(ErrorKind::Failed, "a process has gone");
}

std::chrono::nanoseconds ownCpu()
{
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

Result<Usage> Process::reap(int& status)
{
    rusage usage{};
    while (::wait4(m_pid, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return systemFailure("cannot wait for a program");
    }
    m_pid = 0;
    const auto seconds = std::chrono::seconds{usage.ru_utime.tv_sec + usage.ru_stime.tv_sec};
    const auto rest = std::chrono::microseconds{usage.ru_utime.tv_usec + usage.ru_stime.tv_usec};
    return Usage{seconds + rest, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

std::string Process::lastWords() const
{
    std::ifstream in(m_log);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return text.substr(text.size() - std::min<std::size_t>(text.size(), 2000));
}

Result<Usage> Process::wait()
{
    int status = 0;
    const auto usage = TRY(reap(status));
    if (status != 0)
        return failure(ErrorKind::Failed, std::format("it ended with wait status {}: {}", status, lastWords()));
    return usage;
}

Result<Usage> Process::end()
{
    ::kill(m_pid, SIGTERM);
    int status = 0;
    return reap(status);
}

Result<Usage> runProgram(const std::vector<std::string>& command, const std::filesystem::path& log)
{
    return TRY(Process::start(command, log)).wait();
}

Result<std::string> lastLine(const std::filesystem::path& log)
{
    auto text = TRY(os::readFile(log));
    text.erase(text.find_last_not_of('\n') + 1);
    return text.substr(text.rfind('\n') + 1);
}

} // namespace lamella::bench
