// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/file.h"
#include "engine/rootfs/mount_plan.h"

#include <algorithm>
#include <ranges>

namespace lamella::rootfs {

namespace {

constexpr std::size_t kMaxMountinfo = 16u << 20;
constexpr std::size_t kPointField = 4; ///< proc_pid_mountinfo(5)

/// Blanks and the like stand there as three octal digits.
std::string unescape(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 3 >= text.size()) {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
        i += 3;
    }
    return plain;
}

} // namespace

Result<std::vector<MountPlan::HostSystem>> findHostSystems()
{
    std::vector<MountPlan::HostSystem> systems;
    const std::string mountinfo = TRY(os::readFile("/proc/self/mountinfo", kMaxMountinfo));
    for (const auto part : std::views::split(std::string_view{mountinfo}, '\n')) {
        const std::string_view line{part};
        if (!line.contains(" - proc ") && !line.contains(" - sysfs "))
            continue;
        std::size_t field = 0;
        for (const auto word : std::views::split(line, ' ')) {
            if (field++ == kPointField)
                systems.push_back({unescape(std::string_view{word}), {}});
        }
    }
    std::ranges::reverse(systems);
    return systems;
}

} // namespace lamella::rootfs
