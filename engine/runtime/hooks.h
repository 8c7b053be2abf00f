// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/runtime/state_document.h"

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Hooks that run in the runtime's namespaces (config.md, "POSIX-platform Hooks"), in the bundle's directory. What they
/// write is dropped, but for the beginning of what a failed one wrote, which its error repeats.
namespace lamella::runtime {

/// What ends a hook when it can be read.
using HookEnders = std::array<BorrowedFd, 2>;

/// Runs them in their order, to the first that fails. `place` is "prestart", … Errors: Cancelled where one of `enders`
/// could be read.
Result<void> runHooks(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state,
                      const HookEnders& enders);

/// Runs all of them; one that fails is a warning in the log (runtime.md, "Lifecycle").
void runHooksRegardless(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state,
                        const HookEnders& enders = {});

/// Keeps the poststop hooks, which another command runs, in the container's directory, with the annotations: what
/// becomes of the bundle's config.json later does not count (runtime.md, "Lifecycle", 2). Writes nothing where there
/// are none.
Result<void> keepHooks(const std::filesystem::path& directory, const oci::Spec& spec);

/// What keepHooks() kept.
struct KeptHooks {
    std::vector<oci::Hook> poststop;
    std::map<std::string, std::string> annotations;
};

/// Reads them while the directory is there. They run when the container is gone (runtime.md, "Lifecycle", 13), and
/// nobody waits for them who wants its name. Where they cannot be read that is a warning, and there are none.
KeptHooks keptHooks(const std::filesystem::path& directory);

/// Runs the poststop hooks of a container that is gone.
void runPoststop(const KeptHooks& kept, const std::string& id, const std::string& bundle);

} // namespace lamella::runtime
