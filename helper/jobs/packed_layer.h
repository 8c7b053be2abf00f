// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/image/image_store.h"

#include <filesystem>
#include <stop_token>

namespace lamella::helper {

/// A layer's archive, compressed as registries keep it.
struct PackedLayer {
    UniqueFd file; ///< at its beginning
    image::LayerBlob blob;
};

/// Puts the archive together again from the files in `diff` and compresses it into a file without a name in `scratch`.
/// The same layer is the same blob each time. Errors: DigestMismatch, InvalidArgument (its files were changed),
/// NoSpace, Cancelled.
Result<PackedLayer> packLayer(const image::Layer& layer, const std::filesystem::path& diff,
                              const std::filesystem::path& scratch, const std::stop_token& stop);

} // namespace lamella::helper
