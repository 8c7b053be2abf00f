// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/manifest_text.h"

#include "engine/layer/digest.h"

#include <nlohmann/json.hpp>

namespace lamella::image {

namespace {

std::string layerType(layer::Compression compression)
{
    const std::string plain{"application/vnd.oci.image.layer.v1.tar"};
    if (compression == layer::Compression::None)
        return plain;
    return plain + (compression == layer::Compression::Gzip ? "+gzip" : "+zstd");
}

} // namespace

std::string manifestText(std::string_view config, const std::vector<Descriptor>& layers)
{
    auto list = nlohmann::json::array();
    for (const auto& layer : layers) {
        list.push_back(
            {{"mediaType", layerType(layer.compression)}, {"digest", layer.digest}, {"size", layer.size.value}});
    }
    return nlohmann::json{{"schemaVersion", 2},
                          {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                          {"config",
                           {{"mediaType", "application/vnd.oci.image.config.v1+json"},
                            {"digest", layer::digestOf(config)},
                            {"size", config.size()}}},
                          {"layers", std::move(list)}}
        .dump();
}

} // namespace lamella::image
