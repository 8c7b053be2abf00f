// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

namespace lamella::cgroup {

/// One rule of the devices that a container may use, in the words of cgroup v1's devices.allow.
struct DeviceRule {
    char type; ///< 'b' or 'c'
    int major; ///< -1: any
    int minor; ///< -1: any
    std::string_view access; ///< of "rwm"
};

/// What runtime-spec's default devices need (config-linux.md, "Default Devices") and nothing else. Any node may be
/// made, as the field has it, because package managers do: making one is not opening it.
inline constexpr std::array<DeviceRule, 11> kDefaultDevices{{
    {'c', -1, -1, "m"},
    {'b', -1, -1, "m"},
    {'c', 1, 3, "rwm"}, // null
    {'c', 1, 5, "rwm"}, // zero
    {'c', 1, 7, "rwm"}, // full
    {'c', 1, 8, "rwm"}, // random
    {'c', 1, 9, "rwm"}, // urandom
    {'c', 5, 0, "rwm"}, // tty
    {'c', 5, 1, "rwm"}, // console
    {'c', 5, 2, "rwm"}, // ptmx
    {'c', 136, -1, "rwm"}, // pts
}};

} // namespace lamella::cgroup
