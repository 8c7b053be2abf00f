// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/worker.h"

#include "engine/image/worker_process.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace lamella::image {

Result<std::vector<FoundImage>> Worker::readLayout(BorrowedFd layout, uid_t owner, std::stop_token stop) const
{
    const std::array descriptors{layout};
    return foundImages(
        TRY(runWorker(m_program, {"read-layout", std::to_string(owner)}, descriptors, {}, std::move(stop))));
}

Result<UnpackedLayer> Worker::unpack(const LayerBlob& blob, BorrowedFd directory,
                                     const std::function<void(Bytes)>& progress, std::stop_token stop) const
{
    const std::array descriptors{blob.layout, directory};
    return read("unpack", blob, descriptors, progress, std::move(stop));
}

Result<UnpackedLayer> Worker::hash(const LayerBlob& blob, const std::function<void(Bytes)>& progress,
                                   std::stop_token stop) const
{
    const std::array descriptors{blob.layout};
    return read("hash", blob, descriptors, progress, std::move(stop));
}

Result<UnpackedLayer> Worker::read(std::string command, const LayerBlob& blob, std::span<const BorrowedFd> descriptors,
                                   const std::function<void(Bytes)>& progress, std::stop_token stop) const
{
    const std::vector<std::string> arguments{
        std::move(command),
        std::to_string(blob.owner),
        blob.blob.digest,
        std::to_string(blob.blob.size.value),
        std::to_string(std::to_underlying(blob.blob.compression)),
        std::to_string(blob.limit.value),
    };
    const auto tell = [&progress](std::uint64_t done) {
        if (progress)
            progress(Bytes{done});
    };
    return unpackedLayer(TRY(runWorker(m_program, arguments, descriptors, tell, std::move(stop))));
}

} // namespace lamella::image
