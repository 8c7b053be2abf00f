// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace lamella::runtime {

/// The runtime-spec's version that our documents are written after.
inline constexpr std::string_view kOciVersion = "1.2.0";

/// What the runtime says of a container (runtime-spec, runtime.md "State"): to `state`, to hooks and to a seccomp
/// listener.
struct ContainerState {
    std::string id;
    std::string status; ///< creating, created, running or stopped
    pid_t pid = 0; ///< as whom it is told to sees it; 0 where there is no process
    std::string bundle; ///< an absolute path
    std::map<std::string, std::string> annotations;
};

/// The state as JSON. A container that has stopped, or that has no process yet, has no pid.
nlohmann::json stateDocument(const ContainerState& state);

/// It as compact text.
std::string stateText(const ContainerState& state);

/// A document as text; a string that is not UTF-8 does not throw, its bad bytes are replaced.
std::string textOf(const nlohmann::json& document);

} // namespace lamella::runtime
