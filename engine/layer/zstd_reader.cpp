// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/zstd_reader.h"

#include <KCompressionDevice>
#include <KFilterBase>
#include <QIODevice>

#include <algorithm>

namespace lamella::layer {

namespace {

constexpr std::size_t kZstdInput = 128u << 10;

} // namespace

ZstdReader::ZstdReader(ByteSource& source)
    : m_source(source)
    , m_in(kZstdInput)
{
    startFrame();
}

ZstdReader::~ZstdReader()
{
    m_filter->terminate();
}

// A new filter for each frame, with the input that the last one left: it cannot be reset in the middle of it.
void ZstdReader::startFrame()
{
    if (m_filter) {
        m_left = static_cast<std::size_t>(m_filter->inBufferAvailable());
        m_filter->terminate();
    }
    m_filter.reset(KCompressionDevice::filterForCompressionType(KCompressionDevice::Zstd));
    m_filter->init(QIODevice::ReadOnly);
    const auto* rest = m_in.data() + (m_filled - m_left);
    m_filter->setInBuffer(reinterpret_cast<const char*>(rest), static_cast<uint>(m_left));
}

Result<void> ZstdReader::refill()
{
    m_filled = TRY(m_source.read(m_in));
    m_sourceEnded = m_filled == 0;
    m_filter->setInBuffer(reinterpret_cast<const char*>(m_in.data()), static_cast<uint>(m_filled));
    return {};
}

Result<std::size_t> ZstdReader::read(std::span<std::byte> buffer)
{
    const auto wanted = static_cast<uint>(std::min<std::size_t>(buffer.size(), 1u << 30));
    for (;;) {
        if (m_filter->inBufferAvailable() == 0 && !m_sourceEnded)
            TRY(refill());
        const bool hungry = m_filter->inBufferAvailable() == 0;
        if (hungry && !m_insideFrame)
            return 0;
        m_filter->setOutBuffer(reinterpret_cast<char*>(buffer.data()), wanted);
        m_insideFrame = true;
        const auto result = m_filter->uncompress();
        if (result == KFilterBase::Error)
            return failure(ErrorKind::InvalidArgument, "the compressed data is damaged");
        const auto produced = wanted - static_cast<uint>(m_filter->outBufferAvailable());
        if (result == KFilterBase::End) {
            m_insideFrame = false;
            startFrame();
        }
        if (produced > 0)
            return produced;
        if (result == KFilterBase::Ok && hungry) // it may still hold output, though it was given all
            return failure(ErrorKind::InvalidArgument, "the compressed data ends too early");
    }
}

} // namespace lamella::layer
