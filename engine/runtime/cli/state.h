// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace lamella::runtime::cli {

/// What lamella-runtime remembers of a container, as <root>/<id>/state.json (0600, its directory 0700). Beside it lie
/// its process, in a file of its own that costs little on the way to a start, and config.json as it was when the
/// container was created: what changes in the bundle later changes nothing here.
struct State {
    std::string id;
    pid_t pid = 0; ///< 0: there is none yet
    std::uint64_t startTime = 0; ///< os::startTime(): guards against a reused PID
    std::string bundle;
    std::string rootfs; ///< absolute
    std::string cgroup;
    std::string scope; ///< the unit of systemd that the cgroup is in; empty: none
    std::int64_t createdUsec = 0;
    bool ownKeyring = false; ///< it has a session keyring of its own
    std::map<std::string, std::string> annotations;
    bool isBeingMade = false; ///< it has a process, but is not ready: saveProcess()
};

std::filesystem::path directoryOf(const std::filesystem::path& root, const std::string& id);

/// What who wants to make a container is told whose name is taken.
std::unexpected<Error> alreadyExists(const std::string& id);

/// True from save() on, until forget().
bool isSaved(const std::filesystem::path& root, const std::string& id);

/// Makes the directory of a new container. Errors: AlreadyExists.
Result<void> reserve(const std::filesystem::path& root, const std::string& id);
/// All but the process, which is not there yet.
Result<void> save(const std::filesystem::path& root, const State& state);
/// Says which process the container will have, until saveCreated() says that it is ready.
Result<void> saveProcess(const std::filesystem::path& root, const State& state);
Result<void> saveCreated(const std::filesystem::path& root, const State& state);
/// Errors: NotFound.
Result<State> load(const std::filesystem::path& root, const std::string& id);
/// Ends the scope of a container that had a process; of one that never had any it may be another's. That systemd cannot
/// do it now is a warning: it does it by itself later.
void stopScope(const State& state);

/// Removes the directory; called with the container's lock.
void forget(const std::filesystem::path& root, const std::string& id);

/// Keeps config.json, once, in the directory of reserve(); the reverse.
Result<void> keepConfig(const std::filesystem::path& root, const std::string& id, std::string_view config);
Result<oci::Spec> keptSpec(const std::filesystem::path& root, const std::string& id);

/// The session keyring of a container; empty where it has none of its own.
std::string keyringOf(const State& state);

/// The container's PID 1, held; empty when it has ended, and before the container is ready: nothing may enter it then.
UniqueFd processOf(const State& state);

/// The same, also while the container is being made: for who ends it.
UniqueFd anyProcessOf(const State& state);

/// creating, created, running or stopped: runtime.md, "State".
std::string lifecycleOf(const std::filesystem::path& root, const State& state);

/// lifecycleOf(), or paused where its cgroup is frozen.
std::string statusOf(const std::filesystem::path& root, const State& state);

/// The members of the state document, in runc's order, which some callers compare with (runtime.md "State", with
/// rootfs, created and owner beside it).
using StateMembers = std::vector<std::pair<std::string_view, nlohmann::json>>;
StateMembers stateMembers(const std::filesystem::path& root, const State& state);

/// As a JSON object in their order: a line, or a line for each with `indented`. Bytes that are not UTF-8 are replaced.
std::string textOf(const StateMembers& members, bool indented);

/// "2026-11-23T08:26:09.123456Z".
std::string createdText(const State& state);

/// Who created it: the name of the user, or "#1000" for one without a name on this machine.
std::string ownerOf(const std::filesystem::path& root, const State& state);

} // namespace lamella::runtime::cli
