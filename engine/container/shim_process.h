// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace lamella::container {

/// A shim that was spawned, with our end of its first connection.
struct ShimProcess {
    pid_t pid = 0;
    UniqueFd pidfd;
    UniqueFd connection;
};

/// The shim's program as a sealed copy in memory: what a container may do to the program that started it
/// (CVE-2019-5736) reaches neither the file on disk nor any other container's shim.
Result<UniqueFd> loadShimProgram(const std::filesystem::path& program);

struct ShimArguments {
    std::string id;
    std::filesystem::path bundle, run, log, exit;
};

/// Spawns a shim (vfork-like: the caller's memory is not copied). It has the caller's standard error and nothing else
/// of it. A child of the caller, which must wait for it.
Result<ShimProcess> spawnShim(BorrowedFd program, const ShimArguments& arguments);

/// Connects to a shim that an earlier process spawned, without waiting: the connection does not block either. Errors:
/// NotFound or system errors where there is none (EAGAIN: as many as it takes wait for it already), NotAuthorized where
/// somebody else listens there.
Result<ShimProcess> connectToShim(const std::filesystem::path& run);

} // namespace lamella::container
