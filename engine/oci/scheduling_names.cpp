// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/names.h"

#include <array>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <utility>

namespace lamella::oci {

namespace {

template <class T>
using Named = std::pair<std::string_view, T>;

constexpr std::array<Named<std::uint32_t>, 7> kPolicies{{
    {"SCHED_OTHER", SCHED_NORMAL},
    {"SCHED_FIFO", SCHED_FIFO},
    {"SCHED_RR", SCHED_RR},
    {"SCHED_BATCH", SCHED_BATCH},
    {"SCHED_ISO", 4}, // reserved by the kernel, which refuses it
    {"SCHED_IDLE", SCHED_IDLE},
    {"SCHED_DEADLINE", SCHED_DEADLINE},
}};

constexpr std::array<Named<std::uint64_t>, 7> kSchedulerFlags{{
    {"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
    {"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
    {"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
    {"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
    {"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
    {"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX},
}};

constexpr std::array<Named<int>, 3> kIoClasses{{
    {"IOPRIO_CLASS_RT", IOPRIO_CLASS_RT},
    {"IOPRIO_CLASS_BE", IOPRIO_CLASS_BE},
    {"IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE},
}};

constexpr std::array<Named<int>, 7> kMemoryModes{{
    {"MPOL_DEFAULT", MPOL_DEFAULT},
    {"MPOL_PREFERRED", MPOL_PREFERRED},
    {"MPOL_BIND", MPOL_BIND},
    {"MPOL_INTERLEAVE", MPOL_INTERLEAVE},
    {"MPOL_LOCAL", MPOL_LOCAL},
    {"MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY},
    {"MPOL_WEIGHTED_INTERLEAVE", 6}, // since Linux 6.9
}};

constexpr std::array<Named<int>, 3> kMemoryFlags{{
    {"MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING},
    {"MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES},
    {"MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES},
}};

template <class T, std::size_t N>
std::optional<T> numberOf(const std::array<Named<T>, N>& names, std::string_view name)
{
    for (const auto& [known, number] : names) {
        if (known == name)
            return number;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::uint32_t> schedulerPolicy(std::string_view name)
{
    return numberOf(kPolicies, name);
}

std::optional<std::uint64_t> schedulerFlag(std::string_view name)
{
    return numberOf(kSchedulerFlags, name);
}

std::optional<int> ioPriorityClass(std::string_view name)
{
    return numberOf(kIoClasses, name);
}

std::optional<int> memoryPolicyMode(std::string_view name)
{
    return numberOf(kMemoryModes, name);
}

std::optional<int> memoryPolicyFlag(std::string_view name)
{
    return numberOf(kMemoryFlags, name);
}

} // namespace lamella::oci
