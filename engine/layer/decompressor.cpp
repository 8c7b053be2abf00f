// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/decompressor.h"

#include "engine/layer/gzip_reader.h"
#include "engine/layer/zstd_reader.h"

namespace lamella::layer {

Decompressor::Decompressor(ByteSource& source, Compression compression)
{
    if (compression == Compression::Gzip)
        m_own = std::make_unique<GzipReader>(source);
    else if (compression == Compression::Zstd)
        m_own = std::make_unique<ZstdReader>(source);
    m_reader = m_own ? m_own.get() : &source;
}

} // namespace lamella::layer
