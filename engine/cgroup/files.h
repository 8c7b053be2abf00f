// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// Reading and writing cgroup files below an opened tree, each with as few system calls as there can be.
namespace lamella::cgroup {

/// openat2(2) of a path below `tree` that leads through no symbolic link, close-on-exec; errno says why not. (A cgroup
/// tree has none; what claims to be one might.)
UniqueFd openPlain(BorrowedFd tree, const std::string& path, int flags);

/// Writes `value` with one write(2). Errors name the file and the value; what the kernel calls invalid is
/// InvalidArgument.
Result<void> writeAt(BorrowedFd tree, const std::string& path, std::string_view value);

/// Reads the whole file, at most 4 MiB.
Result<std::string> readAt(BorrowedFd tree, const std::string& path);

/// Reads a file of one number; "max" is the largest one.
Result<std::uint64_t> readNumberAt(BorrowedFd tree, const std::string& path);

/// The number behind `key` in lines of "key number" (memory.stat, cpu.stat, cgroup.events); 0 where it is not.
std::uint64_t keyedNumber(std::string_view text, std::string_view key);

/// Names of the child cgroups.
Result<std::vector<std::string>> childrenAt(BorrowedFd tree, const std::string& path);

/// The processes listed in the cgroup and in those below it. One that another pid namespace hides is listed as 0 and is
/// left out.
Result<std::vector<pid_t>> processesAt(BorrowedFd tree, const std::string& path);

/// Removes the cgroup and those below it, trying again for up to two seconds while the kernel still counts a dying
/// process in it. Succeeds where it is gone. Errors: Busy.
Result<void> removeAt(BorrowedFd tree, const std::string& path);

/// "lamella/x" of "/lamella/x". Errors: InvalidArgument for "..", ".", an empty path, a newline or one that is too
/// long.
Result<std::string> relativePath(const std::string& path);

} // namespace lamella::cgroup
