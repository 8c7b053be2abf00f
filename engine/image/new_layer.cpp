// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/new_layer.h"

#include "engine/image/archive_index.h"
#include "engine/image/image_store_private.h"
#include "engine/image/limit_checks.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <unistd.h>

#include <format>

namespace lamella::image {

namespace {

Result<layer::Compression> compressionIn(BorrowedFd archive)
{
    std::string start(4, '\0');
    const auto count = ::pread(archive.get(), start.data(), start.size(), 0);
    if (count < 0)
        return systemFailure("cannot read the archive");
    start.resize(static_cast<std::size_t>(count));
    return compressionOf(start);
}

Descriptor unknownLayer(Bytes size, layer::Compression compression)
{
    Descriptor blob;
    blob.kind = DocumentKind::Layer;
    blob.digest = layer::digestOf(""); // the worker looks for it in a layout only
    blob.size = size;
    blob.compression = compression;
    return blob;
}

} // namespace

Result<NewLayer> unpackLayer(ImageStore::Private& store, Blob from, const Descriptor& blob, layer::WriteOut writeOut,
                             const std::function<void(Bytes)>& progress, std::stop_token stop)
{
    const Worker::LayerBlob request{from, blob, store.limits, TRY(store.directories.room()), writeOut};
    NewLayer layer{TRY(store.directories.stage()), {}, blob};
    store.step("staged");
    std::stop_source ended;
    const std::stop_callback passOn{stop, [&ended] { ended.request_stop(); }};
    bool isFull = false;
    const auto tell = [&](Bytes done) {
        if (progress)
            progress(done);
        store.step("unpacking");
        // Those beside it write too.
        const auto left = store.directories.room();
        isFull = isFull || (left && *left == Bytes{});
        if (isFull)
            ended.request_stop();
    };
    const Worker::LayerFiles into{layer.staged.diff(), layer.staged.index(), layer.staged.headers()};
    auto unpacked = store.worker.unpack(request, into, tell, ended.get_token());
    from.fd.reset(); // who writes to it need not wait for what follows
    if (isFull)
        return failure(ErrorKind::NoSpace, "the disk is full: remove what is not needed and try again");
    layer.unpacked = TRY(std::move(unpacked));
    layer.blob.digest = layer.unpacked.blobDigest;
    layer.blob.size = layer.unpacked.blobSize;
    store.step("unpacked");
    return layer;
}

Result<NewLayer> unpackArchive(ImageStore::Private& store, BorrowedFd archive, const ProgressSink& progress,
                               std::stop_token stop)
{
    const Bytes size{static_cast<std::uint64_t>(TRY(os::status(archive, "the archive")).st_size)};
    const auto blob = unknownLayer(size, TRY(compressionIn(archive)));
    TRY(checkBlob(blob, store.limits));
    Blob from{Blob::Kind::File, TRY(os::duplicate(archive)), {}, {}};
    const auto tell = [&](Bytes done) {
        if (progress)
            progress({"Unpacking the archive", done, size, {}});
    };
    tell({});
    auto layer = TRY(unpackLayer(store, std::move(from), blob, layer::WriteOut::Soon, tell, std::move(stop)));
    tell(size);
    return layer;
}

Result<void> checkDigests(const Descriptor& blob, const std::string& diffId, const UnpackedLayer& unpacked)
{
    if (unpacked.blobDigest != blob.digest)
        return failure(ErrorKind::DigestMismatch,
                       std::format("the blob {} has other content than its name says", blob.digest));
    if (unpacked.diffId != diffId) {
        return failure(ErrorKind::DigestMismatch,
                       std::format("the blob {} is not the layer {} that the config names", blob.digest, diffId));
    }
    return {};
}

} // namespace lamella::image
