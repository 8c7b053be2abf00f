// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/documents.h"
#include "engine/image/image_store.h"
#include "engine/layer/extractor.h"

#include <nlohmann/json_fwd.hpp>

/// What a worker tells the store. The worker has read foreign bytes and may have been taken over by them, so that
/// everything is checked once more when it arrives: types, limits, digests, and what follows from each other.
namespace lamella::image {

/// One image of a layout, with its documents as they are.
struct FoundImage {
    std::string manifestText;
    std::string configText;
    std::vector<std::string> references;
    Config config;
    std::vector<Descriptor> layers; ///< as many as config.diffIds
    bool isDocker = false; ///< the manifest is of Docker's kind
};

/// What an archive has.
struct FoundArchive {
    std::vector<FoundImage> images;
    bool isSpilled = false; ///< it was compressed: the layers lie in what came out of it
};

/// What unpacking a layer came to.
struct UnpackedLayer {
    std::string blobDigest;
    Bytes blobSize;
    std::string diffId;
    layer::Extracted extracted;
};

nlohmann::json toJson(const std::vector<FoundImage>& images);
nlohmann::json toJson(const FoundArchive& archive);
nlohmann::json toJson(const UnpackedLayer& layer);

nlohmann::json toJson(const std::vector<HistoryEntry>& history);

/// Errors: InvalidArgument, LimitExceeded.
Result<std::vector<HistoryEntry>> historyEntries(const nlohmann::json& report);
Result<std::vector<FoundImage>> foundImages(const nlohmann::json& report);
Result<FoundArchive> foundArchive(const nlohmann::json& report);
Result<UnpackedLayer> unpackedLayer(const nlohmann::json& report);

} // namespace lamella::image
