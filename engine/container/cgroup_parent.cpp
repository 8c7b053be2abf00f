// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/cgroup_parent.h"

#include "engine/os/file.h"

#include <ranges>

namespace lamella::container {

namespace {

constexpr std::string_view kUnifiedPrefix = "0::"; // the v2 tree has no number and no controllers in its line
constexpr std::string_view kSubgroup = "/supervisor"; // resources/systemd/lamella.service.in

} // namespace

std::string cgroupParent(cgroup::Mode mode, std::string_view ownCgroup)
{
    if (mode == cgroup::Mode::V2) {
        for (const auto part : std::views::split(ownCgroup, '\n')) {
            const std::string_view line{part};
            if (!line.starts_with(kUnifiedPrefix) || !line.ends_with(kSubgroup))
                continue;
            const auto above
                = line.substr(kUnifiedPrefix.size(), line.size() - kUnifiedPrefix.size() - kSubgroup.size());
            // Outside of the root of our cgroup namespace there is nothing that we could name.
            if (above.starts_with('/') && !above.starts_with("/../"))
                return std::string{above};
        }
    }
    return "/lamella";
}

Result<std::string> cgroupParentHere()
{
    return cgroupParent(TRY(cgroup::detectMode()), TRY(os::readFile("/proc/self/cgroup")));
}

} // namespace lamella::container
