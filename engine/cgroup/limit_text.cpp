// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/limit_text.h"

#include "engine/base/compose.h"

namespace lamella::cgroup {

std::string rdmaText(const std::string& device, const oci::RdmaLimit& limit)
{
    std::string text = device;
    if (limit.hcaHandles)
        text += compose(" hca_handle={}", *limit.hcaHandles);
    if (limit.hcaObjects)
        text += compose(" hca_object={}", *limit.hcaObjects);
    return text;
}

std::uint64_t ioWeight(std::uint16_t blockIoWeight)
{
    return 1 + (std::uint64_t{blockIoWeight} - 10) * 9999 / 990;
}

} // namespace lamella::cgroup
