// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/worker.h"

#include "engine/image/layer_request.h"
#include "engine/image/worker_process.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lamella::image {

Result<std::vector<FoundImage>> Worker::readLayout(BorrowedFd layout, uid_t owner, std::stop_token stop,
                                                   const Platform& platform) const
{
    const std::array descriptors{layout};
    return foundImages(TRY(runWorker(m_program, {"read-layout", std::to_string(owner), textOf(orOwn(platform))},
                                     descriptors, {}, std::move(stop))));
}

Result<FoundArchive> Worker::readArchive(BorrowedFd archive, BorrowedFd spill, Bytes limit, uid_t reader,
                                         std::stop_token stop, const Platform& platform) const
{
    const std::array descriptors{archive, spill};
    const std::vector arguments{std::string{"read-archive"}, std::to_string(reader), std::to_string(limit.value),
                                textOf(orOwn(platform))};
    return foundArchive(TRY(runWorker(m_program, arguments, descriptors, {}, std::move(stop))));
}

Result<std::vector<HistoryEntry>> Worker::readHistory(BorrowedFd config, std::stop_token stop) const
{
    const std::array descriptors{config};
    return historyEntries(TRY(runWorker(m_program, {"read-history"}, descriptors, {}, std::move(stop))));
}

Result<FoundImage> Worker::makeImage(const NewImageRequest& request, std::stop_token stop) const
{
    const auto text = TRY(os::makeMemfd("lamella-new-image"));
    TRY(os::writeAll(text.borrow(), request.text(), "the request"));
    const std::array descriptors{text.borrow()};
    auto images = TRY(foundImages(TRY(runWorker(m_program, {"make-image"}, descriptors, {}, std::move(stop)))));
    if (images.size() != 1)
        return failure(ErrorKind::InvalidArgument, "the worker's report has no image");
    return std::move(images.front());
}

Result<UnpackedLayer> Worker::unpack(const LayerBlob& layer, const LayerFiles& into,
                                     const std::function<void(Bytes)>& progress, std::stop_token stop) const
{
    const std::array descriptors{layer.from.fd.borrow(), into.diff, into.index, into.headers};
    return read("unpack", layer, descriptors, progress, std::move(stop));
}

Result<UnpackedLayer> Worker::hash(const LayerBlob& layer, const std::function<void(Bytes)>& progress,
                                   std::stop_token stop) const
{
    const std::array descriptors{layer.from.fd.borrow()};
    return read("hash", layer, descriptors, progress, std::move(stop));
}

Result<UnpackedLayer> Worker::read(std::string command, const LayerBlob& layer, std::span<const BorrowedFd> descriptors,
                                   const std::function<void(Bytes)>& progress, std::stop_token stop) const
{
    const LayerRequest request{layer.from.kind, layer.from.offset, layer.from.reader, layer.blob,
                               layer.limits,    layer.room,        layer.writeOut};
    auto arguments = request.arguments();
    arguments.insert(arguments.begin(), std::move(command));
    const auto tell = [&progress](std::uint64_t done) {
        if (progress)
            progress(Bytes{done});
    };
    return unpackedLayer(TRY(runWorker(m_program, arguments, descriptors, tell, std::move(stop))));
}

} // namespace lamella::image
