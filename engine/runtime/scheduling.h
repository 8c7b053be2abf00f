// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/number_list.h"
#include "engine/oci/spec.h"

#include <cstdint>
#include <optional>
#include <sys/types.h>

/// Where and when a process runs: sched_setattr(2), ioprio_set(2), sched_setaffinity(2), set_mempolicy(2). What is
/// applied is async-signal-safe, and false with errno where the kernel refuses it.
namespace lamella::runtime {

/// struct sched_attr of the kernel, whose own header and glibc's cannot both be included.
struct SchedulerAttributes {
    std::uint32_t size = sizeof(SchedulerAttributes);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
};

struct Scheduling {
    std::optional<SchedulerAttributes> attributes;
    std::optional<int> ioPriority; ///< class and level as ioprio_set(2) takes them
};
Scheduling prepareScheduling(const oci::Process& process);

/// `pid` 0 is the caller. A real-time policy needs CAP_SYS_NICE of the host.
bool applyScheduler(const Scheduling& scheduling, pid_t pid);
bool applyIoPriority(const Scheduling& scheduling, pid_t pid);

/// Sets both for a process that waits. Errors: NotAuthorized, InvalidArgument (what the kernel makes no sense of).
Result<void> scheduleProcess(const oci::Process& process, pid_t pid);

/// The caller's processors; no list leaves them as they are.
using Processors = std::optional<oci::BitSet>;
Processors prepareProcessors(const std::string& list);
bool applyProcessors(const Processors& processors);

/// Those that the caller may run on; none, with errno, where the kernel has more than a list can name.
Processors currentProcessors();

struct MemoryPolicyPlan {
    int mode = 0; ///< with its flags
    oci::BitSet nodes{};
    bool hasNodes = false;
};
MemoryPolicyPlan prepareMemoryPolicy(const oci::MemoryPolicy& policy);
bool applyMemoryPolicy(const MemoryPolicyPlan& policy);

} // namespace lamella::runtime
