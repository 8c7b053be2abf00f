// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <memory>
#include <vector>

class KFilterBase;

namespace lamella::layer {

/// Decompresses Zstandard (RFC 8878), whose frames may follow each other, through KArchive's filter.
class ZstdReader final : public ByteSource {
public:
    explicit ZstdReader(ByteSource& source);
    ~ZstdReader() override;

    /// Errors: those of the source; InvalidArgument for a stream that is damaged or ends too early.
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    void startFrame();
    Result<void> refill();

    ByteSource& m_source;
    std::unique_ptr<KFilterBase> m_filter;
    std::vector<std::byte> m_in;
    std::size_t m_filled = 0; ///< of m_in
    std::size_t m_left = 0; ///< what a frame did not read of it
    bool m_sourceEnded = false;
    bool m_insideFrame = false;
};

} // namespace lamella::layer
