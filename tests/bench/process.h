// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lamella::bench {

/// What a process and all that it waited for took: wait4(2).
struct Usage {
    std::chrono::nanoseconds cpu{};
    std::uint64_t peakBytes = 0; ///< of the largest of them
};

/// A program that a bench has started, and ends with it. Move-only.
class Process {
public:
    /// `log` gets what it prints.
    static Result<Process> start(const std::vector<std::string>& command, std::filesystem::path log);
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();

    /// Waits until it has ended. Errors: it failed; with the end of what it printed.
    Result<Usage> wait();

    /// Asks it to end, and waits.
    Result<Usage> end();

    bool isRunning() const;

    /// So far, with those that it has waited for; CPU to a hundredth of a second (proc(5), /proc/PID/stat).
    Result<std::chrono::nanoseconds> cpu() const;
    Result<std::uint64_t> peakBytes() const;

private:
    Process(pid_t pid, std::filesystem::path log);
    Result<Usage> reap(int& status);
    std::string lastWords() const;

    pid_t m_pid;
    std::filesystem::path m_log;
};

/// The CPU time of this process.
std::chrono::nanoseconds ownCpu();

/// Runs a program to its end.
Result<Usage> runProgram(const std::vector<std::string>& command, const std::filesystem::path& log);

/// Of what a program has printed: what it warns of comes before.
Result<std::string> lastLine(const std::filesystem::path& log);

} // namespace lamella::bench
