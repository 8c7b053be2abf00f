// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <filesystem>

namespace lamella::bench {

/// Mounts the overlay that a bundle's annotations describe (engine/oci/spec.h) on the bundle's rootfs, with the lower
/// layers mapped to the container's ids, so that another runtime can run the bundle, and lets others search the state's
/// directories (it is a bench's own). Unmounted with this object. Needs root.
class PeerBundle {
public:
    static Result<PeerBundle> mount(const std::filesystem::path& bundle);
    PeerBundle(PeerBundle&& other) noexcept;
    PeerBundle& operator=(PeerBundle&&) = delete;
    ~PeerBundle();

private:
    PeerBundle() = default;
    std::filesystem::path m_rootfs;
    std::filesystem::path m_layers;
};

} // namespace lamella::bench
