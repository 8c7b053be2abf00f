// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store_private.h"

#include <optional>
#include <string>

namespace lamella::image {

/// The right to unpack a layer, which one at a time has. Move-only.
class LayerClaim {
public:
    /// Waits while another one has it. Nothing where the layer is there, and unpacked. Errors: Cancelled.
    static Result<std::optional<LayerClaim>> take(ImageStore::Private& store, const std::string& chainId,
                                                  const std::stop_token& stop);
    LayerClaim(LayerClaim&& other) noexcept;
    LayerClaim& operator=(LayerClaim&&) = delete;
    ~LayerClaim();

    /// Asked to stop when the layer is removed.
    const std::stop_token& stopToken() const { return m_stop; }

    /// Lets those who wait know how far it has come.
    void tell(Bytes done) const;

private:
    LayerClaim(ImageStore::Private& store, std::string chainId, std::stop_token stop);

    ImageStore::Private* m_store;
    std::string m_chainId;
    std::stop_token m_stop;
};

} // namespace lamella::image
