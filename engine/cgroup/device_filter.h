// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/cgroup/device_rules.h"

#include <linux/bpf.h>
#include <span>
#include <vector>

/// What a v2 cgroup has instead of the devices controller: a BPF program that is asked for every open and mknod of a
/// device (BPF_PROG_TYPE_CGROUP_DEVICE; cgroup-v2.rst, "Device controller").
namespace lamella::cgroup {

/// The program for a list of rules: for each access that is asked for, the last rule about it counts.
std::vector<bpf_insn> compileDeviceFilter(std::span<const DeviceRule> rules);

/// Loads the program for `rules` and attaches it to the cgroup's directory, in the place of what was attached there
/// before. Programs of cgroups above still hold. Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN. Errors:
/// NotAuthorized, Unsupported (a kernel without cgroup BPF).
Result<void> attachDeviceFilter(BorrowedFd directory, std::span<const DeviceRule> rules);

} // namespace lamella::cgroup
