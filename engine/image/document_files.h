// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/image/documents.h"

#include <string>

namespace lamella::image {

/// Where the documents of a layout are read from: its directory, or an archive of it.
class DocumentFiles {
public:
    virtual ~DocumentFiles() = default;

    /// The content of a file. Errors: NotFound, LimitExceeded.
    virtual Result<std::string> read(const std::string& path) const = 0;

    /// Completes what is known of a layer's blob. Errors: DigestMismatch (another size).
    virtual Result<void> locate(Descriptor& blob) const = 0;
};

} // namespace lamella::image
