// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/config_error.h"
#include "engine/oci/names.h"
#include "engine/oci/number_list.h"
#include "engine/oci/validate.h"

#include <algorithm>

namespace lamella::oci {

namespace {

Result<void> validateRlimits(const Process& process)
{
    for (std::size_t i = 0; i < process.rlimits.size(); ++i) {
        const Rlimit& limit = process.rlimits[i];
        if (!rlimitNumber(limit.type))
            return badConfig(compose("process.rlimits: {} is not known", limit.type));
        if (limit.soft > limit.hard)
            return badConfig(compose("process.rlimits: the soft limit of {} is above the hard one", limit.type));
        for (std::size_t j = 0; j < i; ++j) {
            if (process.rlimits[j].type == limit.type)
                return badConfig(compose("process.rlimits: {} is there twice", limit.type));
        }
    }
    return {};
}

Result<void> validateEnvironment(const Process& process)
{
    for (const auto& variable : process.env) {
        if (variable.find('=') == std::string::npos || variable.starts_with('='))
            return badConfig(compose("process.env: \"{}\" is not NAME=VALUE", variable.substr(0, 64)));
    }
    return {};
}

/// config.md, "Scheduler": a value of another policy is a mistake, not something to leave out.
Result<void> validateScheduler(const Scheduler& scheduler)
{
    const auto& policy = scheduler.policy;
    if (!schedulerPolicy(policy))
        return badConfig(compose("process.scheduler.policy: \"{}\" is not known", policy));
    for (const auto& flag : scheduler.flags) {
        if (!schedulerFlag(flag))
            return badConfig(compose("process.scheduler.flags: \"{}\" is not known", flag));
    }
    const bool realTime = policy == "SCHED_FIFO" || policy == "SCHED_RR";
    if (scheduler.nice < -20 || scheduler.nice > 19)
        return badConfig(compose("process.scheduler.nice: {} is not between -20 and 19", scheduler.nice));
    if (!realTime && scheduler.priority != 0)
        return badConfig("process.scheduler.priority belongs to SCHED_FIFO and SCHED_RR only");
    if (realTime && (scheduler.priority < 1 || scheduler.priority > 99))
        return badConfig(compose("process.scheduler.priority: {} is not between 1 and 99", scheduler.priority));
    const bool timed = scheduler.runtime != 0 || scheduler.deadline != 0 || scheduler.period != 0;
    if (policy != "SCHED_DEADLINE" && timed)
        return badConfig("process.scheduler: runtime, deadline and period belong to SCHED_DEADLINE only");
    return {};
}

Result<void> validateIoPriority(const IoPriority& priority)
{
    if (!ioPriorityClass(priority.ioClass))
        return badConfig(compose("process.ioPriority.class: \"{}\" is not known", priority.ioClass));
    if (priority.priority < 0 || priority.priority > 7)
        return badConfig(compose("process.ioPriority.priority: {} is not between 0 and 7", priority.priority));
    return {};
}

Result<void> validateAffinity(const CpuAffinity& affinity)
{
    for (const auto* list : {&affinity.initial, &affinity.final}) {
        if (!list->empty() && !parseNumberList(*list))
            return badConfig(compose("process.execCPUAffinity: \"{}\" is no list of processors", *list));
    }
    return {};
}

/// What has been refused here would otherwise be seen when half of the container is made.
Result<void> validatePlace(const Process& process)
{
    if (process.oomScoreAdj && (*process.oomScoreAdj < -1000 || *process.oomScoreAdj > 1000))
        return badConfig("process.oomScoreAdj is not between -1000 and 1000");
    if (process.scheduler)
        TRY(validateScheduler(*process.scheduler));
    if (process.ioPriority)
        TRY(validateIoPriority(*process.ioPriority));
    return validateAffinity(process.execCpuAffinity);
}

} // namespace

Result<void> validate(const Process& process)
{
    if (process.args.empty() || process.args.front().empty())
        return badConfig("process.args names no program");
    if (process.cwd.empty())
        return badConfig("process.cwd is missing: the working directory of the program, an absolute path");
    if (!process.cwd.starts_with('/'))
        return badConfig(compose("process.cwd \"{}\" is not absolute", process.cwd));
    TRY(validateEnvironment(process));
    TRY(validatePlace(process));
    return validateRlimits(process);
}

} // namespace lamella::oci
