// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"

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
    Bytes limit; ///< of what may come out of it

    static constexpr std::size_t kArguments = 7;

    std::vector<std::string> arguments() const;

    /// Errors: InvalidArgument.
    static Result<LayerRequest> of(std::span<char*> arguments);
};

} // namespace lamella::image
