// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/limit_checks.h"

#include <algorithm>
#include <format>

namespace lamella::image {

namespace {

Result<void> checkSetting(std::string_view what, std::uint64_t has, std::uint64_t most, std::string_view setting)
{
    if (has <= most)
        return {};
    return failure(ErrorKind::LimitExceeded,
                   std::format("{} has {}, and the setting {} allows {}", what, has, setting, most));
}

} // namespace

Result<void> checkBlob(const Descriptor& blob, const Limits& limits)
{
    return checkSetting("a layer, in bytes,", blob.size.value, limits.blob.value, "blob_bytes");
}

Result<void> checkTree(const layer::ArchivedTree& tree, const Limits& limits)
{
    TRY(checkSetting("the new layer, in files,", tree.entries, limits.layerEntries, "layer_entries"));
    TRY(checkSetting("the new layer, in bytes,", std::max(tree.size, tree.longest).value, limits.unpackedLayer.value,
                     "unpacked_layer_bytes"));
    return checkSetting("the new layer, in directories below each other,", tree.depth, limits.pathDepth, "path_depth");
}

Result<void> checkImage(const FoundImage& image, const Limits& limits)
{
    const auto most = limits.document.value;
    TRY(checkSetting("the manifest, in bytes,", image.manifestText.size(), most, "document_bytes"));
    TRY(checkSetting("the config, in bytes,", image.configText.size(), most, "document_bytes"));
    TRY(checkSetting("the image, in layers,", image.layers.size(), limits.layers, "image_layers"));
    for (const auto& blob : image.layers)
        TRY(checkBlob(blob, limits));
    return {};
}

} // namespace lamella::image
