// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <array>
#include <span>
#include <vector>

namespace lamella::cgroup {

/// What may be done with a device: the bits of linux/bpf.h (BPF_DEVCG_ACC_…).
inline constexpr unsigned kMakeNode = 1;
inline constexpr unsigned kReadDevice = 2;
inline constexpr unsigned kWriteDevice = 4;
inline constexpr unsigned kEveryAccess = kMakeNode | kReadDevice | kWriteDevice;

/// One rule of the devices that a container may use, in the words of cgroup v1's devices.allow and devices.deny. Of
/// several rules about one device and one access the last counts; where there is none it is denied.
struct DeviceRule {
    bool allow;
    char type; ///< 'b', 'c', or 'a' for both
    int major; ///< -1: any
    int minor; ///< -1: any
    unsigned access;

    friend bool operator==(const DeviceRule&, const DeviceRule&) = default;

    /// Whether it is about every device and every access, so that no rule before it matters.
    bool isAboutAll() const { return type == 'a' && major < 0 && minor < 0 && access == kEveryAccess; }
};

/// What runtime-spec's default devices need (config-linux.md, "Default Devices") and nothing else. Any node may be
/// made, as the field has it, because package managers do: making one is not opening it.
inline constexpr std::array<DeviceRule, 11> kDefaultDevices{{
    {true, 'c', -1, -1, kMakeNode},
    {true, 'b', -1, -1, kMakeNode},
    {true, 'c', 1, 3, kEveryAccess}, // null
    {true, 'c', 1, 5, kEveryAccess}, // zero
    {true, 'c', 1, 7, kEveryAccess}, // full
    {true, 'c', 1, 8, kEveryAccess}, // random
    {true, 'c', 1, 9, kEveryAccess}, // urandom
    {true, 'c', 5, 0, kEveryAccess}, // tty
    {true, 'c', 5, 1, kEveryAccess}, // console
    {true, 'c', 5, 2, kEveryAccess}, // ptmx
    {true, 'c', 136, -1, kEveryAccess}, // pts
}};

/// `rules`, and the default devices after them.
std::vector<DeviceRule> withDefaultDevices(std::span<const DeviceRule> rules);

/// Rules as v1 keeps them: all or nothing, but for exceptions without an order.
struct DeviceExceptions {
    bool allowAll = false;
    std::vector<DeviceRule> exceptions; ///< each allows or denies the other way; 'b' or 'c'
};

/// The same in v1's form. Errors: Unsupported where v1 has no words for it, as for a device that is denied out of a
/// range that was allowed.
Result<DeviceExceptions> exceptionsOf(std::span<const DeviceRule> rules);

} // namespace lamella::cgroup
