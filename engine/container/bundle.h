// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/container/container_manager.h"
#include "engine/container/id_ranges.h"
#include "engine/container/user_lookup.h"
#include "engine/oci/spec.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The OCI bundle of a container: what an image says and what its maker asked for, as config.json.
namespace lamella::container {

struct BundleInput {
    std::string id;
    const image::Image& image;
    const CreateRequest& request; ///< checked; host name set
    ResolvedUser user;
    IdRange ids;
    std::filesystem::path directory; ///< the container's: the bundle, upper, work and its files of /etc
    std::filesystem::path layersRoot; ///< above all of `lower`
    std::vector<std::filesystem::path> lower; ///< from the top
    std::filesystem::path initProgram; ///< used where request.init
    std::string cgroupsPath;
    std::optional<oci::Seccomp> seccomp;
};

/// The fourteen capabilities that Docker, Podman and containerd leave to a container.
const std::vector<std::string>& defaultCapabilities();

/// Entrypoint and arguments as Docker has it: a command of one's own replaces Cmd and keeps Entrypoint (image-spec,
/// config.md). Errors: InvalidArgument (there is nothing to run).
Result<std::vector<std::string>> commandOf(const image::Image& image, const std::vector<std::string>& command);

/// What asks the program to end: the image's StopSignal, or SIGTERM. Errors: InvalidArgument (there is no such signal).
Result<int> stopSignalOf(const image::Image& image);

/// The first value of each variable wins: `own`, then `base`, then `defaults`.
std::vector<std::string> mergeEnvironment(const std::vector<std::string>& own, const std::vector<std::string>& base,
                                          const std::vector<std::string>& defaults);

/// The whole specification. Errors: those of commandOf().
Result<oci::Spec> makeSpec(const BundleInput& input);

/// The process of an exec: as the container's own in everything that `request` does not say.
oci::Process makeExecProcess(const oci::Process& container, const ExecRequest& request,
                             const std::optional<ResolvedUser>& user);

/// The files that a container gets mounted on its /etc: name below /etc, content.
std::vector<std::pair<std::string, std::string>> etcFiles(const std::string& hostname);

} // namespace lamella::container
