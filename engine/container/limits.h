// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/container/container_manager.h"

namespace lamella::container {

inline constexpr Bytes kMinMemory = 6_MiB;
inline constexpr double kMinCpus = 0.01;
inline constexpr std::size_t kMaxContainersOfOneUser = 512;
inline constexpr std::size_t kMaxArguments = 4096;
inline constexpr std::size_t kMaxArgumentBytes = 128 * 1024;

/// What this machine can give.
struct Machine {
    Bytes memory;
    unsigned cpus = 1;
    std::uint64_t pids = 0;

    /// Read once from the kernel.
    static Machine here();
};

/// Whether the limits can be met. Errors: InvalidArgument (never, anywhere), LimitExceeded (not on this machine).
Result<void> checkLimits(const CreateRequest& request, const Machine& machine);

/// Whether command, environment, host name and working directory can be given to a program at all. Errors:
/// InvalidArgument.
Result<void> checkCommand(const std::vector<std::string>& command);
Result<void> checkEnvironment(const std::vector<std::string>& environment);
Result<void> checkHostname(const std::string& hostname);
Result<void> checkWorkingDirectory(const std::string& directory);

} // namespace lamella::container
