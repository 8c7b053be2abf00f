// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/cgroup.h"
#include "tests/support/vm/guest.h"

#include <functional>
#include <vector>

/// What the checks of tst_cgroup_v2's guest have in common.
namespace lamella::test {

using cgroup::Cgroup;

/// Runs `body` in a child that has joined the cgroup; the child ends with what `body` returns.
pid_t spawn(const Cgroup& group, const std::function<int()>& body);

/// Waits for a child: its status, or the signal that ended it as a negative number.
int exitCode(pid_t pid);

int sleepForever();
int spinForever();
/// Touches as much anonymous memory; 0 where it could.
int useMemory(std::size_t megabytes);
/// Makes the node of a device and opens it: 0, or why not (errno).
int openDevice(mode_t type, unsigned majorNumber, unsigned minorNumber);

/// One thing that the guest tries, with the cgroup /test/c that is made for it: an error is what does not hold.
struct Check {
    const char* name;
    Result<void> (*run)(Cgroup&);
};

/// Limits of every controller, devices by rules, and what is counted.
std::vector<Check> limitChecks();

} // namespace lamella::test
