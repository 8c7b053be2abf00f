// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_stream.h"

#include <format>
#include <utility>

namespace lamella::layer {

HashingSource::HashingSource(ByteSource& source, Bytes limit, std::string what)
    : m_source(source)
    , m_limit(limit)
    , m_what(std::move(what))
{
}

Result<std::size_t> HashingSource::read(std::span<std::byte> buffer)
{
    const auto count = TRY(m_source.read(buffer));
    m_count += {count};
    if (m_count > m_limit)
        return failure(ErrorKind::LimitExceeded, std::format("{} is longer than {} bytes", m_what, m_limit.value));
    m_hash.add(buffer.first(count));
    return count;
}

LayerStream::LayerStream(ByteSource& blob, Compression compression, Bytes blobSize, Bytes unpackedLimit)
    : m_compressed(blob, blobSize, "the layer's blob")
    , m_decompressor(m_compressed, compression)
    , m_uncompressed(m_decompressor, unpackedLimit, "the unpacked layer")
{
}

} // namespace lamella::layer
