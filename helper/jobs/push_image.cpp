// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/push_image.h"

#include "engine/base/log.h"
#include "engine/image/manifest_text.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "helper/jobs/push_layers.h"

#include <format>
#include <tuple>
#include <unistd.h>

namespace lamella::helper {

using image::LayerBlob;

namespace {

Result<void> sendConfig(const PushTask& task, const std::stop_token& stop)
{
    const auto& text = task.documents.config;
    const auto& [name, access] = std::tie(task.request.name, task.request.access);
    if (TRY(task.fetcher.hasBlob(name, access, task.image.id, stop)))
        return {};
    const auto file = TRY(os::makeMemfd("lamella-config"));
    TRY(os::writeAll(file.borrow(), text, "the image's config"));
    if (::lseek(file.get(), 0, SEEK_SET) != 0)
        return systemFailure("cannot read the image's config");
    return task.fetcher.pushBlob(
        name, access, layer::digestOf(text), {text.size()}, file.borrow(), [](Bytes) { }, stop);
}

struct Manifest {
    std::string type;
    std::string text;
};

/// The one that the image came with, where its blobs are those that are there now; otherwise one of our own.
Manifest manifestFor(const image::ImageDocuments& documents, const std::vector<LayerBlob>& blobs)
{
    if (!documents.manifestType.empty() && documents.blobs == blobs)
        return {documents.manifestType, documents.manifest};
    std::vector<image::Descriptor> layers;
    for (const LayerBlob& blob : blobs) {
        image::Descriptor layer;
        layer.kind = image::DocumentKind::Layer;
        layer.compression = blob.compression;
        layer.digest = blob.digest;
        layer.size = blob.size;
        layers.push_back(std::move(layer));
    }
    return {std::string(image::kManifestType), image::manifestText(documents.config, layers)};
}

/// Under a digest goes what has it, and nothing else.
Result<void> checkDigest(const registry::Name& name, const image::ImageDocuments& documents, const Manifest& manifest)
{
    const auto digest = layer::digestOf(manifest.text);
    if (name.digest.empty() || name.digest == digest)
        return {};
    if (name.digest == layer::digestOf(documents.manifest))
        return failure(ErrorKind::DigestMismatch,
                       std::format("the registry does not have the layers as they were pulled, and compressed again "
                                   "they are others: push it as {}/{}@{}",
                                   name.registry, name.repository, digest));
    return failure(ErrorKind::DigestMismatch,
                   std::format("the image's manifest is not the one with that digest: push it as {}/{}@{}",
                               name.registry, name.repository, digest));
}

Result<std::string> push(const PushTask& task, bool usesKnown, const std::stop_token& stop, bool& tookKnown)
{
    PushLayers layers(task, usesKnown);
    const auto blobs = TRY(layers.run(stop));
    const auto manifest = manifestFor(task.documents, blobs);
    TRY(checkDigest(task.request.name, task.documents, manifest));
    task.progress.tell("Sending the manifest");
    TRY(sendConfig(task, stop));
    tookKnown = layers.tookKnown();
    auto digest
        = TRY(task.fetcher.pushManifest(task.request.name, task.request.access, manifest.type, manifest.text, stop));
    if (const auto remembered = layers.remember(); !remembered)
        log::warning("cannot note where layers are: {}", remembered.error().message);
    return digest;
}

/// What is known of the registry may no longer be true, and it may say so only when it gets the manifest.
Result<std::string> push(const PushTask& task, const std::stop_token& stop)
{
    bool tookKnown = false;
    auto digest = push(task, true, stop, tookKnown);
    if (digest || !tookKnown || digest.error().kind == ErrorKind::Cancelled)
        return digest;
    return push(task, false, stop, tookKnown);
}

} // namespace

Work::Function pushImage(image::ImageStore& images, image::Image image, RegistryRequest request,
                         std::filesystem::path scratch)
{
    return [&images, image = std::move(image), request = std::move(request), scratch = std::move(scratch)](
               const image::ProgressSink& sink, std::stop_token stop) -> Result<std::vector<std::string>> {
        PushProgress progress(sink, image);
        progress.tell(std::format("Asking {}", request.name.registry));
        const auto pinned = TRY(images.pin(image));
        TRY(images.unpack(image, sink, stop));
        const auto documents = TRY(images.documents(image.owner, image.id));
        const auto fetcher = TRY(registry::Fetcher::start(request.fetcher));
        // Before the work: who may not push is told at once.
        TRY(fetcher->hasBlob(request.name, request.access, image.id, stop));
        return std::vector{TRY(push({images, image, documents, *fetcher, request, scratch, progress}, stop))};
    };
}

} // namespace lamella::helper
