// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <memory>
#include <vector>

class KFilterBase;

namespace lamella::layer {

/// How a layer's archive is compressed (image-spec, layer.md, the media types).
enum class Compression { None, Gzip, Zstd };

/// Decompresses what `source` gives, through KArchive's filters. A stream may consist of several members one after the
/// other (RFC 1952, 2.2; RFC 8878, 3): indexed layers do.
class Decompressor final : public ByteSource {
public:
    Decompressor(ByteSource& source, Compression compression);
    ~Decompressor() override;

    /// Errors: those of the source; InvalidArgument for a stream that is damaged or ends too early.
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    void startMember();
    Result<void> refill();

    ByteSource& m_source;
    Compression m_compression;
    std::unique_ptr<KFilterBase> m_filter;
    std::vector<std::byte> m_in;
    std::size_t m_filled = 0; ///< of m_in
    std::size_t m_left = 0; ///< what a member did not read of it
    bool m_sourceEnded = false;
    bool m_insideMember = false;
};

} // namespace lamella::layer
