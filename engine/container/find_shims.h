// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/container/shim_process.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <string>

namespace lamella::container {

/// A shim that an earlier helper left.
struct FoundShim {
    ShimProcess process;
    Result<nlohmann::json> state; ///< what it says; an error where it did not answer in time
};

/// Connects to the shims of these run directories and asks each for its state, all side by side: together they take no
/// longer than `timeout`, for a helper that starts and serves nobody yet. By the directories' keys; those without a
/// shim, or with one that takes no connection, are left out.
std::map<std::string, FoundShim> findShims(const std::map<std::string, std::filesystem::path>& runDirectories,
                                           std::chrono::milliseconds timeout);

} // namespace lamella::container
