// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/decompressor.h"

#include <KCompressionDevice>
#include <KFilterBase>
#include <QIODevice>

namespace lamella::layer {

namespace {

constexpr std::size_t kBufferSize = 128u << 10;

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
    , m_filter(filterFor(compression))
{
    if (!m_filter)
        return;
    m_in.resize(kBufferSize);
    m_filter->setFilterFlags(KFilterBase::WithHeaders);
    m_filter->init(QIODevice::ReadOnly);
}

Decompressor::~Decompressor()
{
    if (m_filter)
        m_filter->terminate();
}

Result<void> Decompressor::refill()
{
    const auto count = TRY(m_source.read(m_in));
    m_sourceEnded = count == 0;
    m_filter->setInBuffer(reinterpret_cast<const char*>(m_in.data()), static_cast<uint>(count));
    return {};
}

Result<std::size_t> Decompressor::read(std::span<std::byte> buffer)
{
    if (!m_filter)
        return m_source.read(buffer);
    const auto wanted = static_cast<uint>(std::min<std::size_t>(buffer.size(), 1u << 30));
    m_filter->setOutBuffer(reinterpret_cast<char*>(buffer.data()), wanted);
    for (;;) {
        if (m_filter->inBufferAvailable() == 0 && !m_sourceEnded)
            TRY(refill());
        if (m_filter->inBufferAvailable() == 0 && m_sourceEnded && !m_insideMember)
            return 0;
        const auto before = m_filter->inBufferAvailable();
        m_insideMember = true;
        const auto result = m_filter->uncompress();
        if (result == KFilterBase::Error)
            return failure(ErrorKind::InvalidArgument, "the compressed data is damaged");
        if (result == KFilterBase::End) {
            m_insideMember = false;
            m_filter->reset();
        }
        const auto produced = wanted - static_cast<uint>(m_filter->outBufferAvailable());
        if (produced > 0)
            return produced;
        if (result == KFilterBase::Ok && m_filter->inBufferAvailable() == before && m_sourceEnded)
            return failure(ErrorKind::InvalidArgument, "the compressed data ends too early");
    }
}

} // namespace lamella::layer
