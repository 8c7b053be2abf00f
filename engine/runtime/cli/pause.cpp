// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/cgroup.h"
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/state.h"

namespace lamella::runtime::cli {

Result<int> pauseCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    const std::string status = statusOf(options.root, state);
    if (status != "running" && status != "created")
        return failure(ErrorKind::WrongState,
                       compose("cannot pause {}: container not running or created: {}", options.id, status));
    TRY(TRY(cgroup::open(state.cgroup))->freeze(true));
    return 0;
}

Result<int> resumeCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    if (statusOf(options.root, state) != "paused")
        return failure(ErrorKind::WrongState, compose("cannot resume {}: container not paused", options.id));
    TRY(TRY(cgroup::open(state.cgroup))->freeze(false));
    return 0;
}

} // namespace lamella::runtime::cli
