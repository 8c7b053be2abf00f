// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

namespace lamella::oci {

/// The host's name for `id` of a container (config-linux.md, "User namespace mappings"); `id` itself where it has none.
inline std::uint32_t hostId(const std::vector<IdMapping>& mappings, std::uint32_t id)
{
    for (const IdMapping& mapping : mappings) {
        if (id >= mapping.containerId && id - mapping.containerId < mapping.size)
            return mapping.hostId + (id - mapping.containerId);
    }
    return id;
}

} // namespace lamella::oci
