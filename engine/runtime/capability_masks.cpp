// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/capability_masks.h"

#include "engine/base/compose.h"
#include "engine/base/log.h"
#include "engine/oci/names.h"

#include <linux/capability.h>
#include <set>
#include <sys/syscall.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

std::uint64_t heldCapabilities()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) != 0)
        return 0;
    return data[0].permitted | std::uint64_t{data[1].permitted} << 32;
}

class Masks {
public:
    std::uint64_t of(const std::vector<std::string>& names)
    {
        std::uint64_t mask = 0;
        for (const auto& name : names) {
            const auto number = oci::capabilityNumber(name);
            if (number && (m_held >> *number & 1) != 0)
                mask |= std::uint64_t{1} << *number;
            else
                m_ignored.insert(name);
        }
        return mask;
    }

    void warn() const
    {
        std::string names;
        for (const auto name : m_ignored)
            names += compose("{}{}", names.empty() ? "" : ", ", name);
        if (!names.empty())
            log::warning("capabilities that are unknown or not there are left out: {}", names);
    }

private:
    std::uint64_t m_held = heldCapabilities();
    std::set<std::string_view> m_ignored;
};

} // namespace

CapabilityMasks capabilityMasks(const oci::Capabilities& capabilities)
{
    Masks masks;
    const CapabilityMasks all{masks.of(capabilities.bounding), masks.of(capabilities.effective),
                              masks.of(capabilities.inheritable), masks.of(capabilities.permitted),
                              masks.of(capabilities.ambient)};
    masks.warn();
    return all;
}

} // namespace lamella::runtime
