// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace lamella::runtime::cli {

/// What lamella-runtime remembers of a container, as <root>/<id>/state.json (0600, its directory 0700).
struct State {
    std::string id;
    pid_t pid = 0; ///< 0: it is being created
    std::uint64_t startTime = 0; ///< os::startTime(): guards against a reused PID
    std::string bundle;
    std::string cgroup;
    std::int64_t createdUsec = 0;
};

/// Makes the directory of a new container. Errors: AlreadyExists.
Result<void> reserve(const std::filesystem::path& root, const std::string& id);
Result<void> save(const std::filesystem::path& root, const State& state);
/// Errors: NotFound.
Result<State> load(const std::filesystem::path& root, const std::string& id);
void forget(const std::filesystem::path& root, const std::string& id);

/// The container's PID 1, held; empty when it has ended.
UniqueFd processOf(const State& state);

/// creating, created, running or stopped: runtime.md, "State".
std::string statusOf(const std::filesystem::path& root, const State& state);

/// The state JSON of runtime.md with the status.
std::string stateDocument(const std::filesystem::path& root, const State& state);

} // namespace lamella::runtime::cli
