// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The extended attributes that layers carry, in and out.
namespace lamella::layer {

using Xattrs = std::vector<std::pair<std::string, std::string>>;

/// The host's ids of a container, and back.
struct IdShift {
    std::uint32_t base = 0;
    std::uint32_t count = 0;
    bool hasLayers = false; ///< what is not of the host's ids may be of a layer, which has the container's

    /// What the container sees; 65534 for an id that it does not have.
    std::uint32_t inside(std::uint32_t id) const
    {
        constexpr std::uint32_t kOverflow = 65534;
        if (id >= base && id - base < count)
            return id - base;
        return hasLayers && id < count ? id : kOverflow;
    }
};

/// True for what a layer may bring: capabilities, ACLs and users' own attributes. Above all trusted.overlay.*, which
/// steers overlay itself, may not come from outside.
bool isLayerXattr(std::string_view name);

/// Those of an open file, sorted by name, with the ids in ACLs and capabilities as the container sees them.
Result<Xattrs> layerXattrs(BorrowedFd file, const std::string& path, const IdShift& ids);

/// Gives an open file exactly `xattrs`, in the form of layerXattrs(), of those that a layer may bring: for a container
/// whose root is `base` on the host. Needs CAP_SETFCAP for capabilities.
Result<void> setLayerXattrs(BorrowedFd file, const std::string& path, const Xattrs& xattrs, std::uint32_t base);

} // namespace lamella::layer
