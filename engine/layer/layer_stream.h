// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"
#include "engine/layer/decompressor.h"
#include "engine/layer/digest.h"

#include <functional>

namespace lamella::layer {

/// Hashes and counts what passes through.
class HashingSource final : public ByteSource {
public:
    /// `limit`: more than this is LimitExceeded.
    HashingSource(ByteSource& source, Bytes limit, std::string what);
    Result<std::size_t> read(std::span<std::byte> buffer) override;

    Bytes count() const { return m_count; }
    std::string digest() { return m_hash.digest(); }

private:
    ByteSource& m_source;
    Sha256 m_hash;
    Bytes m_count;
    Bytes m_limit;
    std::string m_what;
};

/// A layer's blob as it is read: decompressed, and hashed on both sides of the decompressor in the same pass.
class LayerStream final : public ByteSource {
public:
    /// `blobSize` is what the descriptor promises, `unpackedLimit` how much may come out of it.
    LayerStream(ByteSource& blob, Compression compression, Bytes blobSize, Bytes unpackedLimit);
    Result<std::size_t> read(std::span<std::byte> buffer) override { return m_uncompressed.read(buffer); }

    /// How much of the blob was read.
    Bytes consumed() const { return m_compressed.count(); }

    /// At its end: the digest of the blob and that of the archive in it (diffID).
    std::string blobDigest() { return m_compressed.digest(); }
    std::string diffId() { return m_uncompressed.digest(); }

private:
    HashingSource m_compressed;
    Decompressor m_decompressor;
    HashingSource m_uncompressed;
};

} // namespace lamella::layer
