// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/docker_archive.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/image/manifest_text.h"
#include "engine/image/reference.h"
#include "engine/layer/digest.h"

#include <algorithm>

namespace lamella::image {

namespace {

// Layers have no digests of their own here: an uncompressed one is named by its diffID.
Result<Descriptor> layerOf(const ArchiveIndex& index, const std::string& name, const std::string& diffId)
{
    const auto* file = TRY(index.find(name));
    if (!file)
        return failure(ErrorKind::NotFound, std::format("{} is missing in the archive", name));
    if (file->size > limits::kBlob)
        return failure(ErrorKind::LimitExceeded, std::format("{} in the archive is too large", name));
    Descriptor blob;
    blob.kind = DocumentKind::Layer;
    blob.compression = file->compression;
    blob.digest = file->digest.empty() ? diffId : file->digest;
    blob.size = file->size;
    blob.offset = file->offset;
    return blob;
}

Result<FoundImage> imageOf(const Fields& entry, const ArchiveIndex& index, const DocumentFiles& files)
{
    FoundImage image;
    image.configText = TRY(files.read(TRY(entry.text("Config", limits::kPath))));
    image.config = TRY(parseConfig(image.configText));
    const auto layers = TRY(entry.texts("Layers", limits::kLayers, limits::kPath));
    if (layers.empty() || layers.size() != image.config.diffIds.size())
        return failure(ErrorKind::InvalidArgument, "manifest.json and config do not have the same layers");
    for (std::size_t i = 0; i < layers.size(); ++i)
        image.layers.push_back(TRY(layerOf(index, layers[i], image.config.diffIds[i])));
    image.references = TRY(entry.texts("RepoTags", limits::kDescriptors, limits::kName));
    if (!std::ranges::all_of(image.references, isReference))
        return failure(ErrorKind::InvalidArgument, "manifest.json names an image in a way that is no reference");
    image.manifestText = manifestText(image.configText, image.layers);
    return image;
}

} // namespace

Result<std::vector<FoundImage>> readDockerArchive(const ArchiveIndex& index, const DocumentFiles& files,
                                                  const Platform& platform)
{
    const auto document = TRY(parseJson(TRY(files.read("manifest.json")), "manifest.json", limits::kDocument.value));
    if (!document.is_array() || document.size() > limits::kImages)
        return failure(ErrorKind::InvalidArgument,
                       std::format("manifest.json is not a list of at most {} images", limits::kImages));
    Bytes read;
    std::set<std::string> others;
    std::vector<FoundImage> images;
    for (const auto& entry : document) {
        auto image = TRY(imageOf(TRY(Fields::of(entry, "manifest.json")), index, files));
        read += {image.configText.size() + image.manifestText.size()};
        if (read > limits::kDocuments)
            return failure(ErrorKind::LimitExceeded, "the archive's documents are too large together");
        if (fits(image.config.platform, platform))
            images.push_back(std::move(image));
        else
            others.insert(textOf(image.config.platform));
    }
    if (images.empty())
        return std::unexpected(noImageFor("the archive", platform, others));
    return images;
}

} // namespace lamella::image
