// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Runs contenders in turn (A B C A B C …), so that a drift of the machine's speed meets them all, and prints ratios.
namespace lamella::bench {

/// One run of one contender.
struct Sample {
    std::chrono::nanoseconds elapsed{};
    std::chrono::nanoseconds cpu{};
    std::uint64_t peakBytes = 0;
};

struct Contender {
    std::string name;
    std::function<Result<Sample>()> run;
};

struct Options {
    int rounds = 30;
    int warmups = 3;
    std::chrono::milliseconds pause{60}; ///< tight loops hide what a start waits for in the kernel
    std::string json; ///< file to write the rows to; empty: none
    std::string only; ///< what the names of the contenders that run begin with
};

/// Reads --rounds N, --pause MS, --json FILE and --only PREFIX.
Result<Options> parseOptions(int argc, char** argv);

/// Runs and prints the table; `base` names the contender that ratios refer to; where it does not run, it is
/// the first that does. A contender that fails ends the bench.
Result<void> run(std::string_view bench, std::vector<Contender> contenders, std::string_view base,
                 const Options& options);

} // namespace lamella::bench
