// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/overlay.h"
#include "engine/runtime/create_plan.h"

#include <filesystem>

namespace lamella::runtime {

void planHooks(const oci::Spec& spec, ContainerState state, CreatePlan& plan)
{
    const oci::Hooks& hooks = spec.hooks;
    plan.awaitHooks = !hooks.prestart.empty() || !hooks.createRuntime.empty();
    plan.hooks = prepareHooks(hooks.createContainer);
    plan.hookNames = hookNames("createContainer", hooks.createContainer);
    plan.program.hooks = prepareHooks(hooks.startContainer);
    if (!plan.hooks.empty())
        plan.hookState = StateText{stateText(state)};
    state.status = "created"; // runtime.md, "Lifecycle": `start` runs these
    if (!plan.program.hooks.empty())
        plan.program.hookState = StateText{stateText(state)};
    if ((plan.awaitHooks || !plan.hooks.empty()) && !rootfs::hasOverlay(spec))
        plan.rootPlace = std::filesystem::path{state.bundle} / spec.rootPath;
}

} // namespace lamella::runtime
