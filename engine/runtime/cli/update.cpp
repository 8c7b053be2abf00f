// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/cgroup.h"
#include "engine/os/file.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/cli/update_settings.h"
#include "engine/runtime/resources.h"

namespace lamella::runtime::cli {

namespace {

constexpr std::size_t kMostResources = 1u << 20;

/// The document that tells what to change: from --resources, where "-" is standard input, or from the single options.
Result<std::string> wantedResources(const Options& options)
{
    if (options.resources.empty() == options.settings.empty())
        return failure(ErrorKind::InvalidArgument, "update takes either --resources or the single options");
    if (options.resources.empty())
        return resourcesDocument(options.settings);
    if (options.resources == "-")
        return os::readAll(BorrowedFd{STDIN_FILENO}, "standard input", kMostResources);
    return os::readFile(options.resources, kMostResources);
}

} // namespace

Result<int> updateCommand(const Options& options)
{
    const std::string text = TRY(wantedResources(options));
    const oci::LinuxResources resources = TRY(oci::parseResources(text));
    const State state = TRY(load(options.root, options.id));
    if (!processOf(state))
        return failure(ErrorKind::WrongState, compose("cannot update {}: container not running", options.id));
    const auto group = TRY(cgroup::open(state.cgroup));
    TRY(group->apply(toResources(resources)));
    return 0;
}

} // namespace lamella::runtime::cli
