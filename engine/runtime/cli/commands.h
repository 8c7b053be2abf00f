// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/runtime/cli/options.h"

/// The commands of lamella-runtime (runtime.md, "Operations"). Each returns the exit status.
namespace lamella::runtime::cli {

Result<int> createCommand(const Options& options);
Result<int> runCommand(const Options& options);
Result<int> startCommand(const Options& options);
Result<int> execCommand(const Options& options);
Result<int> stateCommand(const Options& options);
Result<int> killCommand(const Options& options);
Result<int> deleteCommand(const Options& options);
Result<int> listCommand(const Options& options);

} // namespace lamella::runtime::cli
