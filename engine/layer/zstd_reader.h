// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <memory>
#include <vector>

#include <zstd.h>

namespace lamella::layer {

/// Decompresses Zstandard (RFC 8878), whose frames may follow each other.
///
/// A frame says how far back it refers, and so much memory reading it takes: those that want more than 32 MiB are
/// refused, as section 3.1.1.1.2 of the RFC lets a decoder do. What `zstd -20` and the registries' tools write stays
/// below; `zstd --ultra -22` and `--long=27` do not, for what is longer than that.
class ZstdReader final : public ByteSource {
public:
    explicit ZstdReader(ByteSource& source);

    /// Errors: those of the source; InvalidArgument for a stream that is damaged or ends too early; LimitExceeded for
    /// a frame that wants too much memory.
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    struct Free {
        void operator()(ZSTD_DCtx* context) const;
    };

    Result<void> refill();
    Result<void> checkMagic();

    ByteSource& m_source;
    std::unique_ptr<ZSTD_DCtx, Free> m_context;
    std::vector<std::byte> m_bytes; ///< what m_in refers to
    ZSTD_inBuffer m_in{};
    bool m_sourceEnded = false;
    bool m_insideFrame = false;
};

} // namespace lamella::layer
