// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"
#include "engine/image/new_layer.h"

#include <functional>

namespace lamella::image {

/// The layers of an image, or none, and a new one: an image with settings of the caller's. The new layer is unpacked
/// first, in one pass, because its name comes of its content.
class LayerSource final : public ImportSource {
public:
    using Unpack = std::function<Result<NewLayer>(std::stop_token)>;

    /// What is given lives longer. `archive`: where the new layer can be read once more; none where it cannot. `base`:
    /// the documents of the image below; empty where there is none.
    LayerSource(const Unpack& unpack, BorrowedFd archive, const NewImageSettings& settings, ImageDocuments base = {});
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override;
    std::optional<NewLayer> takeUnpacked(std::size_t position) override;

    /// The new layer's: those below are here, and the owner's. Errors: NotFound.
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) override;

private:
    const Unpack& m_unpack;
    BorrowedFd m_archive;
    const NewImageSettings& m_settings;
    ImageDocuments m_base;
    std::optional<NewLayer> m_layer;
    std::size_t m_position = 0; ///< of it
};

} // namespace lamella::image
