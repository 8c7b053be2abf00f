// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The specification's names for numbers of the kernel.
namespace lamella::oci {

/// The number of "CAP_CHOWN" and the others: capabilities(7).
std::optional<int> capabilityNumber(std::string_view name);

/// The reverse; empty for a number that we know no name of.
std::string_view capabilityName(int number);

/// The resource of "RLIMIT_NOFILE" and the others: getrlimit(2).
std::optional<int> rlimitNumber(std::string_view name);

/// The number of "SCHED_FIFO" and the others: sched(7).
std::optional<std::uint32_t> schedulerPolicy(std::string_view name);

/// The bit of "SCHED_FLAG_RESET_ON_FORK" and the others: sched_setattr(2).
std::optional<std::uint64_t> schedulerFlag(std::string_view name);

/// The number of "IOPRIO_CLASS_RT" and the others: ioprio_set(2).
std::optional<int> ioPriorityClass(std::string_view name);

/// The number of "MPOL_BIND" and the others, and the bit of "MPOL_F_STATIC_NODES" and the others: set_mempolicy(2).
std::optional<int> memoryPolicyMode(std::string_view name);
std::optional<int> memoryPolicyFlag(std::string_view name);

} // namespace lamella::oci
