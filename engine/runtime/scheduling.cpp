// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/scheduling.h"

#include "engine/oci/names.h"

#include <linux/ioprio.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

SchedulerAttributes attributesOf(const oci::Scheduler& scheduler)
{
    SchedulerAttributes attributes;
    attributes.policy = oci::schedulerPolicy(scheduler.policy).value_or(SCHED_OTHER);
    for (const auto& flag : scheduler.flags)
        attributes.flags |= oci::schedulerFlag(flag).value_or(0);
    attributes.nice = scheduler.nice;
    attributes.priority = static_cast<std::uint32_t>(scheduler.priority);
    attributes.runtime = scheduler.runtime;
    attributes.deadline = scheduler.deadline;
    attributes.period = scheduler.period;
    return attributes;
}

} // namespace

Scheduling prepareScheduling(const oci::Process& process)
{
    Scheduling scheduling;
    if (process.scheduler)
        scheduling.attributes = attributesOf(*process.scheduler);
    if (const auto& priority = process.ioPriority) {
        const int ioClass = oci::ioPriorityClass(priority->ioClass).value_or(IOPRIO_CLASS_NONE);
        scheduling.ioPriority = ioClass << IOPRIO_CLASS_SHIFT | priority->priority;
    }
    return scheduling;
}

bool applyScheduler(const Scheduling& scheduling, pid_t pid)
{
    return !scheduling.attributes || ::syscall(SYS_sched_setattr, pid, &*scheduling.attributes, 0) == 0;
}

bool applyIoPriority(const Scheduling& scheduling, pid_t pid)
{
    return !scheduling.ioPriority || ::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, *scheduling.ioPriority) == 0;
}

Result<void> scheduleProcess(const oci::Process& process, pid_t pid)
{
    const Scheduling scheduling = prepareScheduling(process);
    if (!applyScheduler(scheduling, pid))
        return systemFailure("cannot set the scheduler");
    if (!applyIoPriority(scheduling, pid))
        return systemFailure("cannot set the I/O priority");
    return {};
}

Processors prepareProcessors(const std::string& list)
{
    return list.empty() ? std::nullopt : oci::parseNumberList(list);
}

bool applyProcessors(const Processors& processors)
{
    return !processors || ::syscall(SYS_sched_setaffinity, 0, sizeof *processors, processors->data()) == 0;
}

Processors currentProcessors()
{
    Processors processors{oci::BitSet{}};
    if (::syscall(SYS_sched_getaffinity, 0, sizeof *processors, processors->data()) < 0)
        processors.reset();
    return processors;
}

MemoryPolicyPlan prepareMemoryPolicy(const oci::MemoryPolicy& policy)
{
    MemoryPolicyPlan plan;
    plan.mode = oci::memoryPolicyMode(policy.mode).value_or(0);
    for (const auto& flag : policy.flags)
        plan.mode |= oci::memoryPolicyFlag(flag).value_or(0);
    if (const auto nodes = oci::parseNumberList(policy.nodes)) {
        plan.nodes = *nodes;
        plan.hasNodes = true;
    }
    return plan;
}

bool applyMemoryPolicy(const MemoryPolicyPlan& policy)
{
    // The kernel takes the number of bits plus one (set_mempolicy(2), "maxnode").
    const auto* nodes = policy.hasNodes ? policy.nodes.data() : nullptr;
    return ::syscall(SYS_set_mempolicy, policy.mode, nodes, policy.hasNodes ? oci::kListBits + 1 : 0) == 0;
}

} // namespace lamella::runtime
