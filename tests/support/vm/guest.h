// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <format>
#include <span>
#include <string>
#include <thread>
#include <vector>

/// For a static program that is PID 1 of a virtual machine (machine.h): it tries things, says on the console what
/// passed and what failed and why, and switches the machine off.
namespace lamella::test {

/// An expectation that does not hold, as an error that says which.
#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return lamella::failure(lamella::ErrorKind::Failed, std::format("line {}: {}", __LINE__, #condition));     \
    } while (false)

/// The same of two texts, which it shows.
#define EXPECT_EQUAL(is, wanted)                                                                                       \
    do {                                                                                                               \
        const std::string is_{is};                                                                                     \
        const std::string wanted_{wanted};                                                                             \
        if (is_ != wanted_)                                                                                            \
            return lamella::failure(lamella::ErrorKind::Failed,                                                        \
                                    std::format("line {}: {} is \"{}\", not \"{}\"", __LINE__, #is, is_, wanted_));    \
    } while (false)

/// The same of what becomes true in a while; the emulated machine is slow.
#define EXPECT_SOON(condition) EXPECT(lamella::test::eventually([&]() -> Result<bool> { return condition; }))

inline constexpr std::chrono::seconds kLongest{20};

template <class Done>
bool eventually(Done done)
{
    const auto end = std::chrono::steady_clock::now() + kLongest;
    while (!done().value_or(false)) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return true;
}

/// The content of a file; nothing where it cannot be read.
std::string slurp(const std::string& path);

struct Outcome {
    int status = -1; ///< 128 + signal where a signal ended it
    std::string out; ///< standard output and error
};

/// Runs a program to its end.
Outcome runProgram(const std::vector<std::string>& command);

/// Loads a module that Machine::addModule() put there: the name of its file.
Result<void> loadModule(const std::string& file);

/// Comes first: mounts /proc, /sys, /dev, /tmp and the cgroup tree.
Result<void> mountBasics();

/// Says what became of one check, and how long after the start of the machine.
void tell(const std::string& check, const Result<void>& result);

/// Says that all is done, and switches the machine off.
[[noreturn]] void switchOff();

} // namespace lamella::test
