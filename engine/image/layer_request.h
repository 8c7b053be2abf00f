// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"
#include "engine/layer/extractor.h"
#include "engine/layer/tar_entry.h"

#include <span>
#include <string>
#include <vector>

namespace lamella::image {

/// What a worker is asked to do with a layer's blob: both ends of its command line.
struct LayerRequest {
    Blob::Kind kind = Blob::Kind::Stream;
    Bytes offset;
    uid_t reader = 0;
    Descriptor blob; ///< digest, size and compression
    Limits limits;
    Bytes room; ///< on the disk, for what comes out of it
    layer::WriteOut writeOut = layer::WriteOut::Soon;

    static constexpr std::size_t kArguments = 11;

    std::vector<std::string> arguments() const;

    /// How much may come out of it, and what more is.
    Bytes most() const;
    Error beyond() const;

    /// Whether the member may be there, as the one with this number. Errors: LimitExceeded.
    Result<void> check(const layer::TarEntry& entry, std::uint64_t number) const;

    /// Errors: InvalidArgument.
    static Result<LayerRequest> of(std::span<char*> arguments);
};

} // namespace lamella::image
