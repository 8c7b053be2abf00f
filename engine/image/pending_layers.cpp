// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/pending_layers.h"

#include "engine/base/log.h"
#include "engine/image/image_store_private.h"
#include "engine/image/layer_claim.h"
#include "engine/image/new_layer.h"
#include "engine/os/file.h"

#include <format>
#include <system_error>

namespace lamella::image {

namespace {

constexpr std::chrono::milliseconds kTold{100}; // how often who waits hears of it

Descriptor blobOf(const Layer& layer, Bytes size)
{
    Descriptor blob;
    blob.kind = DocumentKind::Layer;
    blob.digest = layer.diffId;
    blob.size = size;
    return blob;
}

} // namespace

PendingLayers::PendingLayers(ImageStore::Private& store)
    : m_store(store)
{
}

PendingLayers::~PendingLayers() = default;

void PendingLayers::begin(const Image& image)
{
    const std::lock_guard lock{m_mutex};
    m_images.push_back(image);
    m_changed.notify_one();
    if (m_thread.joinable())
        return;
    try {
        m_thread = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
    } catch (const std::system_error& error) { // the standard library's
        log::warning("no thread to unpack layers with, who needs them does it: {}", error.what());
    }
}

void PendingLayers::work(const std::stop_token& stop)
{
    for (;;) {
        std::unique_lock lock{m_mutex};
        if (!m_changed.wait(lock, stop, [this] { return !m_images.empty(); }))
            return;
        const auto image = std::move(m_images.front());
        m_images.pop_front();
        lock.unlock();
        const auto done = unpack(image, {}, stop);
        if (!done && done.error().kind != ErrorKind::Cancelled && done.error().kind != ErrorKind::NotFound)
            log::warning("the files of the image {} are not unpacked yet: {}", image.id, done.error().message);
    }
}

Result<void> PendingLayers::unpack(const Image& image, const ProgressSink& progress, const std::stop_token& stop)
{
    for (std::size_t position = 0; position < image.layers.size(); ++position) {
        if (!m_store.directories.has(image.layers[position].chainId)) {
            TRY_WITHIN(std::format("layer {} of {}", position + 1, image.layers.size()),
                       unpack(image, position, progress, stop));
        }
    }
    return {};
}

Result<void> PendingLayers::unpack(const Image& image, std::size_t position, const ProgressSink& progress,
                                   const std::stop_token& stop)
{
    const auto& chainId = image.layers[position].chainId;
    const auto tell = [&](Bytes done) {
        if (progress)
            progress({std::format("Unpacking layer {} of {}", position + 1, image.layers.size()), done, {}, {}});
    };
    tell({});
    TRY(waitForOthers(chainId, tell, stop));
    const auto claim = TRY(LayerClaim::take(m_store, chainId, stop));
    if (!claim)
        return {};
    std::stop_source either;
    const std::stop_callback passOn{stop, [&either] { either.request_stop(); }};
    const std::stop_callback removed{claim->stopToken(), [&either] { either.request_stop(); }};
    const auto tellAll = [&](Bytes done) {
        claim->tell(done);
        tell(done);
    };
    auto done = unpackArchive(image, position, tellAll, either.get_token());
    if (!done && claim->stopToken().stop_requested())
        return failure(ErrorKind::NotFound, "the image was removed before its files were unpacked");
    return done;
}

Result<void> PendingLayers::waitForOthers(const std::string& chainId, const std::function<void(Bytes)>& tell,
                                          const std::stop_token& stop)
{
    std::unique_lock lock{m_store.mutex};
    for (auto other = m_store.unpacking.find(chainId); other != m_store.unpacking.end() && !stop.stop_requested();
         other = m_store.unpacking.find(chainId)) {
        const auto done = other->second.done;
        lock.unlock();
        tell(done);
        lock.lock();
        m_store.unpackingEnded.wait_for(lock, stop, kTold, [&] { return !m_store.unpacking.contains(chainId); });
    }
    return {};
}

Result<void> PendingLayers::unpackArchive(const Image& image, std::size_t position,
                                          const std::function<void(Bytes)>& tell, const std::stop_token& stop)
{
    const auto& layer = image.layers[position];
    auto archive = m_store.directories.openArchive(layer.chainId);
    if (!archive && archive.error().kind == ErrorKind::NotFound)
        return failure(ErrorKind::NotFound, "the layer was removed or lost: load or pull the image again");
    Blob from{Blob::Kind::File, TRY(std::move(archive)), {}, {}};
    const auto size = TRY(os::status(from.fd.borrow(), "the layer's archive")).st_size;
    const auto blob = blobOf(layer, {static_cast<std::uint64_t>(size)});
    auto unpacked = TRY(unpackLayer(m_store, std::move(from), blob, layer::WriteOut::Soon, tell, stop));
    TRY(checkDigests(blob, layer.diffId, unpacked.unpacked));
    std::vector<std::filesystem::path> below;
    for (std::size_t i = 0; i < position; ++i)
        below.push_back(m_store.directories.diff(image.layers[i].chainId));
    TRY(unpacked.staged.complete(unpacked.unpacked.extracted, below));
    TRY(unpacked.staged.sync());
    m_store.step("unpacked and synced");
    TRY(unpacked.staged.replace(layer.chainId));
    m_store.step("archive replaced");
    return {};
}

} // namespace lamella::image
