// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_sink.h"
#include "engine/layer/decompressor.h"

#include <memory>

class KCompressionDevice;

namespace lamella::image {

/// Compresses what passes through, with KArchive. Without a compression it passes as it is.
class CompressingSink final : public layer::ByteSink {
public:
    CompressingSink(layer::ByteSink& sink, layer::Compression compression);
    ~CompressingSink() override;

    Result<void> write(std::span<const std::byte> bytes) override;

    /// Writes what is still held back; nothing may be written after it.
    Result<void> finish();

private:
    class Output;

    Result<void> result() const;

    layer::ByteSink& m_sink;
    std::unique_ptr<Output> m_output;
    std::unique_ptr<KCompressionDevice> m_device; ///< none without a compression
};

} // namespace lamella::image
