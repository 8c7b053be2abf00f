// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/push_image.h"

#include "engine/image/compressing_sink.h"
#include "engine/image/manifest_text.h"
#include "engine/layer/digest.h"
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <array>
#include <format>
#include <mutex>
#include <unistd.h>

namespace lamella::helper {

namespace {

constexpr std::size_t kBuffer = 256u << 10;
constexpr auto kManifestType = "application/vnd.oci.image.manifest.v1+json";

/// How far the layers are; the fetcher tells of it on a thread of its own.
class PushProgress {
public:
    PushProgress(const image::ProgressSink& sink, const image::Image& image)
        : m_sink(sink)
    {
        for (const image::Layer& layer : image.layers)
            m_progress.items.push_back({layer.diffId, {}, {}});
    }

    void tell(std::string stage)
    {
        const std::scoped_lock lock(m_mutex);
        m_progress.stage = std::move(stage);
        m_sink(m_progress);
    }

    void tell(std::size_t layer, Bytes done, Bytes total)
    {
        const std::scoped_lock lock(m_mutex);
        m_progress.items[layer].done = done;
        m_progress.items[layer].total = total;
        m_progress.done = m_progress.total = {};
        for (const auto& item : m_progress.items) {
            m_progress.done += item.done;
            m_progress.total += item.total;
        }
        m_sink(m_progress);
    }

private:
    const image::ProgressSink& m_sink;
    std::mutex m_mutex;
    image::Progress m_progress;
};

Result<void> compress(layer::ByteSource& archive, BorrowedFd into, const std::stop_token& stop)
{
    layer::FdSink file(into);
    image::CompressingSink gzip(file, layer::Compression::Gzip);
    std::vector<std::byte> buffer(kBuffer);
    while (const std::size_t count = TRY(archive.read(buffer))) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "the push was cancelled");
        TRY(gzip.write(std::span(buffer).first(count)));
    }
    TRY(gzip.finish());
    // RFC 1952, 2.3.1, MTIME: the same layer must be the same blob each time.
    constexpr std::array<char, 4> kNoTime{};
    constexpr off_t kTimeAt = 4;
    if (::pwrite(into.get(), kNoTime.data(), kNoTime.size(), kTimeAt) != ssize_t(kNoTime.size()))
        return systemFailure("cannot write a compressed layer");
    return {};
}

struct PackedLayer {
    UniqueFd file; ///< at its beginning
    image::Descriptor blob;
};

Result<image::Descriptor> describe(BorrowedFd file)
{
    image::Descriptor blob;
    blob.kind = image::DocumentKind::Layer;
    blob.compression = layer::Compression::Gzip;
    layer::Sha256 hash;
    std::vector<std::byte> buffer(kBuffer);
    for (;;) {
        const ssize_t count = ::pread(file.get(), buffer.data(), buffer.size(), off_t(blob.size.value));
        if (count < 0)
            return systemFailure("cannot read a compressed layer");
        if (count == 0)
            break;
        hash.add(std::span(buffer).first(std::size_t(count)));
        blob.size += {std::uint64_t(count)};
    }
    blob.digest = hash.digest();
    return blob;
}

Result<PackedLayer> pack(const image::Layer& layer, const std::filesystem::path& diff,
                         const std::filesystem::path& scratch, const std::stop_token& stop)
{
    const auto directory = TRY(os::open(diff, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const auto headers = TRY(os::open(diff.parent_path() / "headers", O_RDONLY | O_NOFOLLOW));
    auto archive = TRY(layer::LayerArchive::open(directory.borrow(), headers.borrow(), layer.diffId));
    PackedLayer packed{TRY(os::open(scratch, O_TMPFILE | O_RDWR, 0600)), {}};
    TRY(compress(archive, packed.file.borrow(), stop));
    packed.blob = TRY(describe(packed.file.borrow()));
    if (::lseek(packed.file.get(), 0, SEEK_SET) != 0)
        return systemFailure("cannot read a compressed layer");
    return packed;
}

/// One push on its way.
class Push {
public:
    Push(registry::Fetcher& fetcher, const RegistryRequest& request, std::stop_token stop)
        : m_fetcher(fetcher)
        , m_request(request)
        , m_stop(std::move(stop))
    {
    }

    Result<bool> has(const std::string& digest)
    {
        return m_fetcher.hasBlob(m_request.name, m_request.access, digest, m_stop);
    }

    Result<void> send(const image::Descriptor& blob, BorrowedFd file, const std::function<void(Bytes)>& progress)
    {
        if (!TRY(has(blob.digest)))
            TRY(m_fetcher.pushBlob(m_request.name, m_request.access, blob.digest, blob.size, file, progress, m_stop));
        progress(blob.size);
        return {};
    }

    Result<void> sendText(const std::string& text)
    {
        image::Descriptor blob;
        blob.digest = layer::digestOf(text);
        blob.size = {text.size()};
        const auto file = TRY(os::makeMemfd("lamella-config"));
        TRY(os::writeAll(file.borrow(), text, "the image's config"));
        if (::lseek(file.get(), 0, SEEK_SET) != 0)
            return systemFailure("cannot read the image's config");
        return send(blob, file.borrow(), [](Bytes) { });
    }

    Result<std::string> sendManifest(const std::string& text)
    {
        return m_fetcher.pushManifest(m_request.name, m_request.access, kManifestType, text, m_stop);
    }

private:
    registry::Fetcher& m_fetcher;
    const RegistryRequest& m_request;
    std::stop_token m_stop;
};

} // namespace

Work::Function pushImage(image::ImageStore& images, image::Image image, RegistryRequest request,
                         std::filesystem::path scratch)
{
    return [&images, image = std::move(image), request = std::move(request), scratch = std::move(scratch)](
               const image::ProgressSink& sink, std::stop_token stop) -> Result<std::vector<std::string>> {
        PushProgress progress(sink, image);
        progress.tell(std::format("Asking {}", request.name.registry));
        const auto documents = TRY(images.documents(image.owner, image.id));
        const auto fetcher = TRY(registry::Fetcher::start(request.fetcher));
        Push push(*fetcher, request, stop);
        // Before the work: who may not push is told at once.
        TRY(push.has(image.id));
        const auto directories = images.layerDirectories(image);
        std::vector<image::Descriptor> blobs;
        for (std::size_t i = 0; i < image.layers.size(); ++i) {
            const auto what = std::format("layer {} of {}", i + 1, image.layers.size());
            progress.tell("Compressing " + what);
            const auto packed = TRY_WITHIN(what, pack(image.layers[i], directories[i], scratch, stop));
            const auto tell = [&progress, &packed, i](Bytes done) { progress.tell(i, done, packed.blob.size); };
            progress.tell("Sending " + what);
            TRY_WITHIN(what, push.send(packed.blob, packed.file.borrow(), tell));
            blobs.push_back(packed.blob);
        }
        progress.tell("Sending the manifest");
        TRY(push.sendText(documents.config));
        return std::vector{TRY(push.sendManifest(image::manifestText(documents.config, blobs)))};
    };
}

} // namespace lamella::helper
