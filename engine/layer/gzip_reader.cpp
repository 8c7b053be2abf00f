// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/gzip_reader.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>

namespace lamella::layer {

namespace {

constexpr std::size_t kGzipInput = 128u << 10;
constexpr std::size_t kMostOutput = 1u << 30; // its counters have 32 bits

// FTEXT to FCOMMENT; what the others mean nobody knows (RFC 1952, 2.3.1.2).
constexpr std::uint32_t kKnownFlags = 0x1f;

std::unexpected<Error> damagedGzip()
{
    return failure(ErrorKind::InvalidArgument, "the compressed data is damaged");
}

std::unexpected<Error> cutOffGzip()
{
    return failure(ErrorKind::InvalidArgument, "the compressed data ends too early");
}

} // namespace

GzipReader::GzipReader(ByteSource& source)
    : m_source(source)
    , m_state(std::make_unique<inflate_state>())
    , m_header(std::make_unique<isal_gzip_header>())
    , m_in(kGzipInput)
{
    ::isal_inflate_init(m_state.get());
}

GzipReader::~GzipReader() = default;

Result<void> GzipReader::refill()
{
    const auto count = TRY(m_source.read(std::as_writable_bytes(std::span{m_in})));
    m_sourceEnded = count == 0;
    m_state->next_in = m_in.data();
    m_state->avail_in = static_cast<std::uint32_t>(count);
    return {};
}

Result<std::size_t> GzipReader::read(std::span<std::byte> buffer)
{
    if (buffer.empty())
        return 0;
    for (;;) {
        if (m_state->avail_in == 0 && !m_sourceEnded)
            TRY(refill());
        switch (m_part) {
        case Part::Between:
            if (m_state->avail_in == 0)
                return 0;
            ::isal_inflate_reset(m_state.get());
            ::isal_gzip_header_init(m_header.get());
            m_part = Part::Header;
            [[fallthrough]];
        case Part::Header:
            TRY(readHeader());
            break;
        case Part::Body:
            if (const auto count = TRY(readBody(buffer)); count > 0)
                return count;
        }
    }
}

// As much of it as is there.
Result<void> GzipReader::readHeader()
{
    const bool isLast = m_state->avail_in == 0;
    const int code = ::isal_read_gzip_header(m_state.get(), m_header.get());
    if (code == ISAL_END_INPUT)
        return isLast ? Result<void>{cutOffGzip()} : Result<void>{};
    if (code != ISAL_DECOMP_OK || (m_header->flags & ~kKnownFlags) != 0)
        return damagedGzip();
    m_state->crc_flag = ISAL_GZIP_NO_HDR_VER;
    m_part = Part::Body;
    return {};
}

// 0 where more has to be read first, or the member has ended.
Result<std::size_t> GzipReader::readBody(std::span<std::byte> buffer)
{
    const bool isLast = m_state->avail_in == 0;
    const auto wanted = static_cast<std::uint32_t>(std::min(buffer.size(), kMostOutput));
    m_state->next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    m_state->avail_out = wanted;
    if (const int code = ::isal_inflate(m_state.get()); code < 0 || code == ISAL_NEED_DICT)
        return damagedGzip();
    const std::size_t count = wanted - m_state->avail_out;
    if (m_state->block_state == ISAL_BLOCK_FINISH)
        m_part = Part::Between;
    else if (count == 0 && isLast)
        return cutOffGzip();
    return count;
}

} // namespace lamella::layer
