// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"
#include "engine/layer/decompressor.h"
#include "engine/layer/digest.h"

#include <atomic>
#include <functional>

namespace lamella::layer {

/// Hashes and counts what passes through.
class HashingSource final : public ByteSource {
public:
    enum class Hash { Yes, No };

    /// `limit`: more than this is LimitExceeded. Hash::No: counts only.
    HashingSource(ByteSource& source, Bytes limit, std::string what, Hash hash = Hash::Yes);
    Result<std::size_t> read(std::span<std::byte> buffer) override;

    /// From any thread.
    Bytes count() const { return {m_count.load(std::memory_order_relaxed)}; }
    std::string digest() { return m_hash.digest(); }

private:
    ByteSource& m_source;
    Sha256 m_hash;
    std::atomic<std::uint64_t> m_count = 0;
    Bytes m_limit;
    std::string m_what;
    bool m_hashes;
};

/// A layer's blob as it is read: decompressed, and hashed on both sides of the decompressor in the same pass (once
/// where they are the same).
class LayerStream final : public ByteSource {
public:
    /// `blobSize` is what the descriptor promises, `unpackedLimit` how much may come out of it.
    LayerStream(ByteSource& blob, Compression compression, Bytes blobSize, Bytes unpackedLimit);
    Result<std::size_t> read(std::span<std::byte> buffer) override { return m_uncompressed.read(buffer); }

    /// How much of the blob was read. From any thread.
    Bytes consumed() const { return m_compressed.count(); }

    /// At its end, once: the digest of the blob and that of the archive in it.
    struct Digests {
        std::string blob;
        std::string diffId;
    };
    Digests digests();

private:
    bool m_isCompressed;
    HashingSource m_compressed;
    Decompressor m_decompressor;
    HashingSource m_uncompressed;
};

} // namespace lamella::layer
