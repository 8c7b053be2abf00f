// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace lamella::runtime {

/// Details of Step::Settings that are no index into the sysctls.
enum class Setting : std::uint32_t {
    Hostname = 0xffffff00U,
    Domainname,
    Loopback,
    Scheduler,
    IoPriority,
    Affinity,
    Personality,
    MemoryPolicy,
    Label,
    Listener,
    Keyring,
    Procfs,
};

constexpr std::uint32_t detailOf(Setting setting)
{
    return static_cast<std::uint32_t>(setting);
}

/// "the host name" and so on, for "cannot set …"; empty for a detail that is none of these.
std::string_view settingName(std::uint32_t detail);

} // namespace lamella::runtime
