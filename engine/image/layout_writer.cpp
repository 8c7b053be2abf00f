// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layout_writer.h"

#include "engine/image/manifest_text.h"
#include "engine/layer/digest.h"
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <format>
#include <vector>

namespace lamella::image {

namespace {

using nlohmann::json;

std::string blobPath(std::string_view digest)
{
    return std::format("blobs/sha256/{}", layer::digestHex(digest));
}

json platformJson(const Platform& platform)
{
    json object{{"architecture", platform.architecture}, {"os", platform.os}};
    if (!platform.variant.empty())
        object["variant"] = platform.variant;
    return object;
}

} // namespace

LayoutWriter::LayoutWriter(ImageStore::Private& store, LayoutOutput& output, LoadProgress& progress,
                           std::stop_token stop)
    : m_store(store)
    , m_output(output)
    , m_progress(progress)
    , m_stop(std::move(stop))
{
}

// The index comes last: what was cut off is no layout.
Result<void> LayoutWriter::write(const std::vector<Image>& images)
{
    TRY(measure(images));
    TRY(writeText("oci-layout", json{{"imageLayoutVersion", "1.0.0"}}.dump()));
    TRY(writeLayers());
    TRY(writeDocuments(images));
    return m_output.finish();
}

// A header says how long its file is before the file comes.
Result<void> LayoutWriter::measure(const std::vector<Image>& images)
{
    for (const auto& image : images) {
        for (const auto& entry : image.layers) {
            if (m_layers.contains(entry.diffId))
                continue;
            StoredLayer layer;
            TRY_WITHIN(std::format("the layer {}", entry.diffId), open(entry, layer));
            layer.item = m_progress.add(entry.diffId, layer.size);
            m_layers.emplace(entry.diffId, std::move(layer));
        }
    }
    return {};
}

Result<void> LayoutWriter::open(const Layer& entry, StoredLayer& layer) const
{
    layer.diff = TRY(os::open(m_store.directories.diff(entry.chainId), O_RDONLY | O_DIRECTORY));
    auto headers = m_store.directories.openHeaders(entry.chainId);
    if (!headers && headers.error().kind == ErrorKind::NotFound)
        return failure(ErrorKind::NotFound,
                       "an older version has unpacked the image and kept too little to write it out: remove it and"
                       " load it again");
    layer.headers = TRY(std::move(headers));
    const auto archive = TRY(layer::LayerArchive::open(layer.diff.borrow(), layer.headers.borrow(), entry.diffId));
    layer.size = TRY(archive.size());
    return {};
}

Result<void> LayoutWriter::writeLayers()
{
    for (const auto& [diffId, layer] : m_layers) {
        TRY(m_output.begin(blobPath(diffId), layer.size));
        TRY_WITHIN(std::format("the layer {}", diffId), writeLayer(diffId, layer));
        TRY(m_output.end());
    }
    return {};
}

Result<void> LayoutWriter::writeLayer(const std::string& diffId, const StoredLayer& layer)
{
    auto archive = TRY(layer::LayerArchive::open(layer.diff.borrow(), layer.headers.borrow(), diffId));
    std::vector<std::byte> buffer(256u << 10);
    for (Bytes done;;) {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "writing the images was cancelled");
        const auto count = TRY(archive.read(buffer));
        if (count == 0)
            return {};
        TRY(m_output.data(std::span<const std::byte>{buffer}.first(count)));
        done += {count};
        m_progress.tell("Writing the layers", layer.item, done);
        m_store.step("saving");
    }
}

Result<void> LayoutWriter::writeDocuments(const std::vector<Image>& images)
{
    json index = json::array();
    json docker = json::array();
    for (const auto& image : images) {
        const auto config = TRY(m_store.directories.readBlob(image.id));
        std::vector<Descriptor> layers;
        json paths = json::array();
        for (const auto& layer : image.layers) {
            Descriptor blob;
            blob.kind = DocumentKind::Layer;
            blob.digest = layer.diffId;
            blob.size = m_layers.at(layer.diffId).size;
            layers.push_back(std::move(blob));
            paths.push_back(blobPath(layer.diffId));
        }
        const auto manifest = manifestText(config, layers);
        TRY(writeBlob(config));
        TRY(writeBlob(manifest));
        const auto digest = layer::digestOf(manifest);
        const json descriptor{{"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                              {"digest", digest},
                              {"size", manifest.size()},
                              {"platform", platformJson(image.platform)}};
        json tags = json::array();
        bool isNamed = false;
        for (const auto& reference : image.references) {
            // The digest that it was pulled by is of another manifest, mostly: whose layers are compressed.
            if (reference.contains('@') && !reference.ends_with('@' + digest))
                continue;
            isNamed = true;
            index.push_back(descriptor);
            index.back()["annotations"]
                = {{"io.containerd.image.name", reference}, {"org.opencontainers.image.ref.name", reference}};
            if (!reference.contains('@'))
                tags.push_back(reference);
        }
        if (!isNamed)
            index.push_back(descriptor);
        docker.push_back({{"Config", blobPath(image.id)}, {"RepoTags", std::move(tags)}, {"Layers", std::move(paths)}});
    }
    TRY(writeText("index.json",
                  json{{"schemaVersion", 2},
                       {"mediaType", "application/vnd.oci.image.index.v1+json"},
                       {"manifests", std::move(index)}}
                      .dump()));
    return m_output.isArchive() ? writeText("manifest.json", docker.dump()) : Result<void>{};
}

Result<void> LayoutWriter::writeText(const std::string& path, std::string_view text)
{
    TRY(m_output.begin(path, {text.size()}));
    TRY(m_output.data(std::as_bytes(std::span{text})));
    return m_output.end();
}

Result<void> LayoutWriter::writeBlob(std::string_view text)
{
    const auto digest = layer::digestOf(text);
    return m_blobs.insert(digest).second ? writeText(blobPath(digest), text) : Result<void>{};
}

} // namespace lamella::image
