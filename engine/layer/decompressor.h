// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <memory>

namespace lamella::layer {

/// How a layer's archive is compressed (image-spec, layer.md, the media types).
enum class Compression { None, Gzip, Zstd };

/// Decompresses what `source` gives. A stream may consist of several members one after the other (RFC 1952, 2.2; RFC
/// 8878, 3): indexed layers do.
class Decompressor final : public ByteSource {
public:
    Decompressor(ByteSource& source, Compression compression);

    /// Errors: those of the source; InvalidArgument for a stream that is damaged or ends too early.
    Result<std::size_t> read(std::span<std::byte> buffer) override { return m_reader->read(buffer); }

private:
    std::unique_ptr<ByteSource> m_own;
    ByteSource* m_reader; ///< m_own, or the source itself
};

} // namespace lamella::layer
