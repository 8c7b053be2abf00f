// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store_private.h"
#include "engine/image/layout_output.h"
#include "engine/image/load_progress.h"

#include <map>
#include <stop_token>

namespace lamella::image {

/// Writes images as an OCI layout (image-layout.md) that is at the same time, in an archive, what `docker load` reads,
/// as Docker itself writes it today. Layers are put together again bit for bit, so that they have the diffIDs that the
/// configs name, and are named by them. The same images give the same bytes.
class LayoutWriter {
public:
    LayoutWriter(ImageStore::Private& store, LayoutOutput& output, LoadProgress& progress, std::stop_token stop);

    /// The images' layers must stay for so long. Errors: NotFound (a layer that an older version has unpacked),
    /// DigestMismatch (a layer that was changed), Cancelled, those of the sink.
    Result<void> write(const std::vector<Image>& images);

private:
    struct StoredLayer {
        UniqueFd diff;
        UniqueFd headers;
        Bytes size; ///< of its archive
        std::size_t item = 0; ///< of the progress
    };

    Result<void> measure(const std::vector<Image>& images);
    Result<void> open(const Layer& entry, StoredLayer& layer) const;
    Result<void> writeLayers();
    Result<void> writeLayer(const std::string& diffId, const StoredLayer& layer);
    Result<void> writeDocuments(const std::vector<Image>& images);
    Result<void> writeText(const std::string& path, std::string_view text);
    Result<void> writeBlob(std::string_view text);

    ImageStore::Private& m_store;
    LayoutOutput& m_output;
    LoadProgress& m_progress;
    std::stop_token m_stop;
    std::map<std::string, StoredLayer> m_layers; ///< by diffID
    std::set<std::string> m_blobs; ///< documents that were written
};

} // namespace lamella::image
