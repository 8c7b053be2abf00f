// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/decompressor.h"

#include <KCompressionDevice>
#include <KFilterBase>
#include <QIODevice>

namespace lamella::layer {

namespace {

constexpr std::size_t kCompressedBuffer = 128u << 10;

KFilterBase* filterFor(Compression compression)
{
    switch (compression) {
    case Compression::Gzip:
        return KCompressionDevice::filterForCompressionType(KCompressionDevice::GZip);
    case Compression::Zstd:
        return KCompressionDevice::filterForCompressionType(KCompressionDevice::Zstd);
    case Compression::None:
        break;
    }
    return nullptr;
}

} // namespace

Decompressor::Decompressor(ByteSource& source, Compression compression)
    : m_source(source)
    , m_compression(compression)
{
    if (compression == Compression::None)
        return;
    m_in.resize(kCompressedBuffer);
    startMember();
}

Decompressor::~Decompressor()
{
    if (m_filter)
        m_filter->terminate();
}

// A new filter for each member, with the input that the last one left: not every filter can be reset in the middle of
// it.
void Decompressor::startMember()
{
    if (m_filter) {
        m_left = static_cast<std::size_t>(m_filter->inBufferAvailable());
        m_filter->terminate();
    }
    m_filter.reset(filterFor(m_compression));
    m_filter->setFilterFlags(KFilterBase::WithHeaders);
    m_filter->init(QIODevice::ReadOnly);
    const auto* rest = m_in.data() + (m_filled - m_left);
    m_filter->setInBuffer(reinterpret_cast<const char*>(rest), static_cast<uint>(m_left));
}

Result<void> Decompressor::refill()
{
    m_filled = TRY(m_source.read(m_in));
    m_sourceEnded = m_filled == 0;
    m_filter->setInBuffer(reinterpret_cast<const char*>(m_in.data()), static_cast<uint>(m_filled));
    return {};
}

Result<std::size_t> Decompressor::read(std::span<std::byte> buffer)
{
    if (!m_filter)
        return m_source.read(buffer);
    const auto wanted = static_cast<uint>(std::min<std::size_t>(buffer.size(), 1u << 30));
    for (;;) {
        if (m_filter->inBufferAvailable() == 0 && !m_sourceEnded)
            TRY(refill());
        const bool hungry = m_filter->inBufferAvailable() == 0;
        if (hungry && !m_insideMember)
            return 0;
        // Zstandard may still hold output; zlib never does before it has read a member's trailer.
        if (hungry && m_compression == Compression::Gzip)
            return failure(ErrorKind::InvalidArgument, "the compressed data ends too early");
        m_filter->setOutBuffer(reinterpret_cast<char*>(buffer.data()), wanted);
        m_insideMember = true;
        const auto result = m_filter->uncompress();
        if (result == KFilterBase::Error)
            return failure(ErrorKind::InvalidArgument, "the compressed data is damaged");
        const auto produced = wanted - static_cast<uint>(m_filter->outBufferAvailable());
        if (result == KFilterBase::End) {
            m_insideMember = false;
            startMember();
        }
        if (produced > 0)
            return produced;
        if (result == KFilterBase::Ok && hungry)
            return failure(ErrorKind::InvalidArgument, "the compressed data ends too early");
    }
}

} // namespace lamella::layer
