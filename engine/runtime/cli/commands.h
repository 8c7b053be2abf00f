// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/runtime/cli/options.h"

/// The commands of lamella-runtime (runtime.md, "Operations", and what runc has beyond). Each returns the exit status.
/// Messages contain the words that runc's callers look for: "container does not exist", "container not running",
/// "container with given ID already exists", "executable file not found in $PATH".
namespace lamella::runtime::cli {

Result<int> createCommand(const Options& options);
Result<int> deleteCommand(const Options& options);
Result<int> eventsCommand(const Options& options);
Result<int> execCommand(const Options& options);
Result<int> featuresCommand(const Options& options);
Result<int> killCommand(const Options& options);
Result<int> listCommand(const Options& options);
Result<int> pauseCommand(const Options& options);
Result<int> psCommand(const Options& options);
Result<int> resumeCommand(const Options& options);
Result<int> runCommand(const Options& options);
Result<int> specCommand(const Options& options);
Result<int> startCommand(const Options& options);
Result<int> stateCommand(const Options& options);
Result<int> updateCommand(const Options& options);

} // namespace lamella::runtime::cli
