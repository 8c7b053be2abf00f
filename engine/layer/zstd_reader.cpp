// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/zstd_reader.h"

#include <zstd_errors.h>

#include <endian.h>

#include <cstring>
#include <new>

namespace lamella::layer {

namespace {

constexpr std::size_t kZstdInput = 128u << 10;
constexpr std::uint32_t kSkippable = 0x184d2a50; // RFC 8878, section 3.1.2
constexpr std::uint32_t kSkippableMask = 0xfffffff0;
constexpr int kMostWindowLog = 25; // 32 MiB, of the 64 that a worker may take

Error zstdError(std::size_t code)
{
    if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge)
        return Error::of(ErrorKind::LimitExceeded,
                         "the compressed data takes more than 32 MiB of memory to read: whoever made it must compress "
                         "it with a smaller window (zstd -19, without --long)");
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
        return Error::of(ErrorKind::Failed, "there is not enough memory to read the compressed data");
    return Error::of(ErrorKind::InvalidArgument, "the compressed data is damaged");
}

} // namespace

void ZstdReader::Free::operator()(ZSTD_DCtx* context) const
{
    ZSTD_freeDCtx(context);
}

ZstdReader::ZstdReader(ByteSource& source)
    : m_source(source)
    , m_context(ZSTD_createDCtx())
    , m_bytes(kZstdInput)
{
    if (!m_context)
        throw std::bad_alloc{};
    ZSTD_DCtx_setParameter(m_context.get(), ZSTD_d_windowLogMax, kMostWindowLog);
}

Result<void> ZstdReader::refill()
{
    const auto size = TRY(m_source.read(m_bytes));
    m_sourceEnded = size == 0;
    m_in = {m_bytes.data(), size, 0};
    return {};
}

// Frames of versions before the standard have limits of their own.
Result<void> ZstdReader::checkMagic()
{
    constexpr std::size_t kMagic = 4;
    while (m_in.size - m_in.pos < kMagic && !m_sourceEnded) {
        std::memmove(m_bytes.data(), m_bytes.data() + m_in.pos, m_in.size - m_in.pos);
        const auto have = m_in.size - m_in.pos;
        const auto more = TRY(m_source.read(std::span{m_bytes}.subspan(have)));
        m_sourceEnded = more == 0;
        m_in = {m_bytes.data(), have + more, 0};
    }
    std::uint32_t magic = 0;
    if (m_in.size - m_in.pos >= kMagic)
        std::memcpy(&magic, m_bytes.data() + m_in.pos, kMagic);
    magic = le32toh(magic);
    if (magic != ZSTD_MAGICNUMBER && (magic & kSkippableMask) != kSkippable)
        return failure(ErrorKind::InvalidArgument, "the compressed data is damaged");
    return {};
}

Result<std::size_t> ZstdReader::read(std::span<std::byte> buffer)
{
    for (;;) {
        if (m_in.pos == m_in.size && !m_sourceEnded)
            TRY(refill());
        const bool hungry = m_in.pos == m_in.size;
        if (hungry && !m_insideFrame)
            return 0;
        if (!m_insideFrame)
            TRY(checkMagic());
        ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
        const auto left = ZSTD_decompressStream(m_context.get(), &out, &m_in);
        if (ZSTD_isError(left) != 0)
            return std::unexpected{zstdError(left)};
        m_insideFrame = left != 0;
        if (out.pos > 0)
            return out.pos;
        if (m_insideFrame && hungry) // it may still hold output, though it was given all
            return failure(ErrorKind::InvalidArgument, "the compressed data ends too early");
    }
}

} // namespace lamella::layer
