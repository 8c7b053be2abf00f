// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_stream.h"

#include <format>
#include <utility>

namespace lamella::layer {

HashingSource::HashingSource(ByteSource& source, Bytes limit, std::string what, Hash hash)
    : m_source(source)
    , m_limit(limit)
    , m_what(std::move(what))
    , m_hashes(hash == Hash::Yes)
{
}

Result<std::size_t> HashingSource::read(std::span<std::byte> buffer)
{
    const auto count = TRY(m_source.read(buffer));
    const auto sum = m_count.load(std::memory_order_relaxed) + count;
    m_count.store(sum, std::memory_order_relaxed);
    if (sum > m_limit.value)
        return failure(ErrorKind::LimitExceeded, std::format("{} is longer than {} bytes", m_what, m_limit.value));
    if (m_hashes)
        m_hash.add(buffer.first(count));
    return count;
}

LayerStream::LayerStream(ByteSource& blob, Compression compression, Bytes blobSize, Bytes unpackedLimit)
    : m_isCompressed(compression != Compression::None)
    , m_compressed(blob, blobSize, "the layer's blob")
    , m_decompressor(m_compressed, compression)
    , m_uncompressed(m_decompressor, unpackedLimit, "the unpacked layer",
                     m_isCompressed ? HashingSource::Hash::Yes : HashingSource::Hash::No)
{
}

LayerStream::Digests LayerStream::digests()
{
    auto blob = m_compressed.digest();
    auto diffId = m_isCompressed ? m_uncompressed.digest() : blob;
    return {std::move(blob), std::move(diffId)};
}

} // namespace lamella::layer
