// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/harness.h"

#include <string>
#include <vector>

namespace lamella::bench {

/// Runs a command whose program prints the time of its first instruction (first_instruction.c), and waits for it.
/// elapsed: from just before the command was spawned to that instruction. cpu and peakBytes: of the command and all
/// that it waited for (getrusage(2), RUSAGE_CHILDREN's meaning for one child: wait4(2)).
Result<Sample> timeToFirstInstruction(const std::vector<std::string>& command);

} // namespace lamella::bench
