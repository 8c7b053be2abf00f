// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "engine/image/import_source.h"
#include "engine/image/layer_directories.h"
#include "engine/image/report.h"

#include <functional>
#include <stop_token>

namespace lamella::image {

/// A layer in a directory of its own, unpacked or (`staged` says so) as its archive, which gets its name when it is
/// published. Move-only.
struct NewLayer {
    StagedLayer staged;
    UnpackedLayer unpacked;
    Descriptor blob; ///< what was read, with the digest and size that it turned out to have
    bool isProven = false; ///< the digests are not only the word of who has unpacked it
};

/// Has a worker unpack `from`, which is closed as soon as the worker has ended; `progress` is called with the bytes
/// that were read; `writeOut` says when the disk is to have it. The digests are what the worker says. Errors: those of
/// unpacking, NoSpace, Cancelled; nothing is left.
Result<NewLayer> unpackLayer(ImageStore::Private& store, Blob from, const Descriptor& blob, layer::WriteOut writeOut,
                             const std::function<void(Bytes)>& progress, std::stop_token stop);

/// The same from a tar archive in a file of the caller's, plain or compressed, of which nothing is known yet.
Result<NewLayer> unpackArchive(ImageStore::Private& store, BorrowedFd archive, const ProgressSink& progress,
                               std::stop_token stop);

/// Errors: DigestMismatch (it is not the blob that was meant, or that has another layer in it).
Result<void> checkDigests(const Descriptor& blob, const std::string& diffId, const UnpackedLayer& unpacked);

} // namespace lamella::image
