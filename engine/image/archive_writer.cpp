// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_writer.h"

#include "engine/image/manifest_text.h"
#include "engine/layer/digest.h"
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"

#include <nlohmann/json.hpp>

#include <format>

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

layer::TarEntry fileEntry(std::string path, std::uint64_t size)
{
    layer::TarEntry entry;
    entry.path = std::move(path);
    entry.mode = 0644;
    entry.size = size;
    entry.chunks = {{0, size}};
    return entry;
}

} // namespace

ArchiveWriter::ArchiveWriter(ImageStore::Private& store, layer::ByteSink& sink, LoadProgress& progress,
                             std::stop_token stop)
    : m_store(store)
    , m_tar(sink)
    , m_progress(progress)
    , m_stop(std::move(stop))
{
}

Result<void> ArchiveWriter::write(const std::vector<Image>& images)
{
    TRY(measure(images));
    TRY(writeText("oci-layout", json{{"imageLayoutVersion", "1.0.0"}}.dump()));
    TRY(writeDocuments(images));
    TRY(writeLayers());
    return m_tar.finish();
}

template <class Use>
Result<void> ArchiveWriter::readLayer(const std::string& diffId, const StoredLayer& layer, Use use)
{
    const auto diff = TRY(os::open(m_store.directories.diff(layer.chainId), O_RDONLY | O_DIRECTORY));
    auto headers = m_store.directories.openHeaders(layer.chainId);
    if (!headers && headers.error().kind == ErrorKind::NotFound)
        return failure(ErrorKind::NotFound,
                       "an older version has unpacked the image and kept too little to write it out: remove it and"
                       " load it again");
    const auto kept = TRY(std::move(headers));
    auto archive = TRY(layer::LayerArchive::open(diff.borrow(), kept.borrow(), diffId));
    std::vector<std::byte> buffer(256u << 10);
    for (;;) {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "writing the archive was cancelled");
        const auto count = TRY(archive.read(buffer));
        if (count == 0)
            return {};
        TRY(use(std::span<const std::byte>{buffer}.first(count)));
    }
}

// A header says how long its file is before the file comes, and how long a layer's archive is nobody has noted.
Result<void> ArchiveWriter::measure(const std::vector<Image>& images)
{
    for (const auto& image : images) {
        for (const auto& entry : image.layers) {
            if (m_layers.contains(entry.diffId))
                continue;
            m_progress.tell("Measuring the layers");
            StoredLayer layer{entry.chainId, {}, 0};
            TRY_WITHIN(std::format("the layer {}", entry.diffId),
                       readLayer(entry.diffId, layer, [&layer](std::span<const std::byte> bytes) -> Result<void> {
                           layer.size += {bytes.size()};
                           return {};
                       }));
            layer.item = m_progress.add(entry.diffId, layer.size);
            m_layers.emplace(entry.diffId, std::move(layer));
        }
    }
    return {};
}

Result<void> ArchiveWriter::writeLayers()
{
    for (const auto& [diffId, layer] : m_layers) {
        TRY(m_tar.begin(fileEntry(blobPath(diffId), layer.size.value)));
        Bytes done;
        TRY_WITHIN(std::format("the layer {}", diffId),
                   readLayer(diffId, layer, [&](std::span<const std::byte> bytes) -> Result<void> {
                       TRY(m_tar.data(bytes));
                       done += {bytes.size()};
                       m_progress.tell("Writing the layers", layer.item, done);
                       m_store.step("saving");
                       return {};
                   }));
        TRY(m_tar.end());
    }
    return {};
}

Result<void> ArchiveWriter::writeDocuments(const std::vector<Image>& images)
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
        const json descriptor{{"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                              {"digest", layer::digestOf(manifest)},
                              {"size", manifest.size()},
                              {"platform", platformJson(image.platform)}};
        json tags = json::array();
        for (const auto& reference : image.references) {
            index.push_back(descriptor);
            index.back()["annotations"]
                = {{"io.containerd.image.name", reference}, {"org.opencontainers.image.ref.name", reference}};
            if (!reference.contains('@'))
                tags.push_back(reference);
        }
        if (image.references.empty())
            index.push_back(descriptor);
        docker.push_back({{"Config", blobPath(image.id)}, {"RepoTags", std::move(tags)}, {"Layers", std::move(paths)}});
    }
    TRY(writeText("index.json",
                  json{{"schemaVersion", 2},
                       {"mediaType", "application/vnd.oci.image.index.v1+json"},
                       {"manifests", std::move(index)}}
                      .dump()));
    return writeText("manifest.json", docker.dump());
}

Result<void> ArchiveWriter::writeText(std::string path, std::string_view text)
{
    TRY(m_tar.begin(fileEntry(std::move(path), text.size())));
    TRY(m_tar.data(std::as_bytes(std::span{text})));
    return m_tar.end();
}

Result<void> ArchiveWriter::writeBlob(std::string_view text)
{
    const auto digest = layer::digestOf(text);
    return m_blobs.insert(digest).second ? writeText(blobPath(digest), text) : Result<void>{};
}

} // namespace lamella::image
