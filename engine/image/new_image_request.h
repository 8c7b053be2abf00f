// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/documents.h"
#include "engine/image/image_store.h"

#include <string>
#include <string_view>

namespace lamella::image {

/// An image that a worker is asked to make, and both ends of how it is told.
struct NewImageRequest {
    ImageDocuments base; ///< of the image below; empty where the new layer is the first. Foreign bytes
    NewImageSettings settings;
    Descriptor layer;
    std::string diffId;
    std::string createdBy; ///< for the history

    static constexpr std::size_t kLongest = 32u << 20; ///< of its text

    std::string text() const;

    /// Errors: InvalidArgument, LimitExceeded.
    static Result<NewImageRequest> of(std::string_view text);
};

/// Whether an image may be like that: asked before anything is read. Errors: InvalidArgument, LimitExceeded.
Result<void> checkSettings(const NewImageSettings& settings);

} // namespace lamella::image
