// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/spec.h"
#include "engine/runtime/state_document.h"

#include <filesystem>
#include <string_view>
#include <vector>

/// Hooks that run in the runtime's namespaces (config.md, "POSIX-platform Hooks"), in the bundle's directory. What they
/// write is dropped, but for the beginning of what a failed one wrote, which its error repeats.
namespace lamella::runtime {

/// Runs them in their order, to the first that fails. `place` is "prestart", …
Result<void> runHooks(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state);

/// Runs all of them; one that fails is a warning in the log (runtime.md, "Lifecycle").
void runHooksRegardless(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state);

/// Keeps the hooks that other commands run, poststart and poststop, in the container's directory, with the annotations:
/// what becomes of the bundle's config.json later does not count (runtime.md, "Lifecycle", 2). Writes nothing where
/// there are none.
Result<void> keepHooks(const std::filesystem::path& directory, const oci::Spec& spec);

/// Runs the poststart hooks that keepHooks() kept, for a container with this PID.
void runKeptPoststart(const std::filesystem::path& directory, const std::string& id, const std::string& bundle,
                      pid_t pid);

/// Runs the poststop hooks that keepHooks() kept.
void runKeptPoststop(const std::filesystem::path& directory, const std::string& id, const std::string& bundle);

} // namespace lamella::runtime
