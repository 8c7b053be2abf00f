// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/image/image_store.h"
#include "engine/image/import_source.h"
#include "engine/image/new_image_request.h"
#include "engine/image/report.h"

#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

namespace lamella::image {

/// Runs lamella-worker, one process for each call; from any thread. Cancelled kills it.
class Worker {
public:
    explicit Worker(std::filesystem::path program)
        : m_program(std::move(program))
    {
    }

    /// Parses the documents of an OCI layout with the rights of `owner`: the images that are for `platform`.
    Result<std::vector<FoundImage>> readLayout(BorrowedFd layout, uid_t owner, std::stop_token stop,
                                               const Platform& platform = {}) const;

    /// Parses an archive with the rights of `reader`; see readArchive().
    Result<FoundArchive> readArchive(BorrowedFd archive, BorrowedFd spill, Bytes limit, uid_t reader,
                                     std::stop_token stop, const Platform& platform = {}) const;

    /// Reads all of a config's history; the sizes are left out.
    Result<std::vector<HistoryEntry>> readHistory(BorrowedFd config, std::stop_token stop) const;

    /// See makeImage().
    Result<FoundImage> makeImage(const NewImageRequest& request, std::stop_token stop) const;

    /// What is to be read.
    struct LayerBlob {
        const Blob& from;
        const Descriptor& blob;
        const Limits& limits;
        Bytes room = Limits::kAnyRoom; ///< for what comes out of it
        layer::WriteOut writeOut = layer::WriteOut::Soon;
    };

    /// Where a layer goes.
    struct LayerFiles {
        BorrowedFd diff; ///< an empty directory
        BorrowedFd index; ///< empty files
        BorrowedFd headers;
    };

    /// Unpacks a layer; `progress` is called with the bytes of the blob that were read. What
    /// the worker says of digests is not yet compared with anything.
    Result<UnpackedLayer> unpack(const LayerBlob& layer, const LayerFiles& into,
                                 const std::function<void(Bytes)>& progress, std::stop_token stop) const;

    /// Like unpack(), for the digests alone: nothing is written.
    Result<UnpackedLayer> hash(const LayerBlob& layer, const std::function<void(Bytes)>& progress,
                               std::stop_token stop) const;

private:
    Result<UnpackedLayer> read(std::string command, const LayerBlob& layer, std::span<const BorrowedFd> descriptors,
                               const std::function<void(Bytes)>& progress, std::stop_token stop) const;

    std::filesystem::path m_program;
};

} // namespace lamella::image
