// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/headers_writer.h"

#include "engine/layer/compressed_text.h"
#include "engine/layer/wire.h"
#include "engine/os/file.h"

#include <unistd.h>

#include <algorithm>
#include <format>

namespace lamella::layer {

namespace {

constexpr std::size_t kFrame = 256u << 10; // when instructions are written out
constexpr std::string_view kWhat = "the layer's headers";

template <class Number>
std::string littleEndian(Number number)
{
    std::string text;
    for (std::size_t i = 0; i < sizeof number; ++i)
        text += static_cast<char>((number >> (8 * i)) & 0xff);
    return text;
}

} // namespace

HeadersWriter::HeadersWriter(ByteSource& archive, BorrowedFd file)
    : m_archive(archive)
    , m_file(file)
{
}

Result<std::size_t> HeadersWriter::read(std::span<std::byte> buffer)
{
    const auto count = TRY(m_archive.read(buffer));
    if (m_inData)
        return count;
    m_literal.append(reinterpret_cast<const char*>(buffer.data()), count);
    if (m_literal.size() >= kFrame)
        TRY(flush());
    return count;
}

void HeadersWriter::endLiteral()
{
    if (m_literal.empty())
        return;
    m_instructions += static_cast<char>(HeadersInstruction::Literal);
    packText(m_instructions, m_literal);
    m_literal.clear();
}

Result<void> HeadersWriter::endData(std::string_view path, const std::vector<TarChunk>& chunks, std::string_view check)
{
    m_inData = false;
    if (std::ranges::all_of(chunks, [](const TarChunk& chunk) { return chunk.length == 0; }))
        return {};
    endLiteral();
    m_instructions += static_cast<char>(HeadersInstruction::Data);
    packText(m_instructions, path);
    packNumber(m_instructions, chunks.size());
    std::uint64_t end = 0;
    for (const auto& chunk : chunks) {
        packNumber(m_instructions, chunk.offset - end);
        packNumber(m_instructions, chunk.length);
        end = chunk.offset + chunk.length;
    }
    m_instructions += check;
    return m_instructions.size() >= kFrame ? flush() : Result<void>{};
}

Result<void> HeadersWriter::flush()
{
    endLiteral();
    if (m_instructions.empty())
        return {};
    const auto stored = TRY(compressText(m_instructions));
    TRY(writeFrame(HeadersFrame::Stream, m_instructions.size(), stored.size(), stored));
    ++m_streams;
    m_instructions.clear();
    return {};
}

Result<void> HeadersWriter::writeFrame(HeadersFrame kind, std::size_t length, std::size_t stored,
                                       std::string_view payload)
{
    std::string text;
    if (!m_begun)
        text = kHeadersMagic;
    m_begun = true;
    text += static_cast<char>(kind);
    text += littleEndian(static_cast<std::uint32_t>(length));
    text += littleEndian(static_cast<std::uint32_t>(stored));
    text += payload;
    return os::writeAll(m_file, text, kWhat);
}

Result<void> HeadersWriter::keep(std::string_view path, BorrowedFd file)
{
    TRY(flush()); // what is kept stands behind what speaks of it
    TRY(writeFrame(HeadersFrame::Kept, path.size(), path.size(), path));
    ++m_kept;
    off_t end = 0;
    for (;;) {
        const auto begin = ::lseek(file.get(), end, SEEK_DATA);
        if (begin < 0 && errno == ENXIO)
            break;
        end = begin < 0 ? begin : ::lseek(file.get(), begin, SEEK_HOLE);
        if (end < 0)
            return systemFailure(std::format("cannot keep what {} holds", path));
        TRY(keepPiece(path, file, static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end)));
    }
    return os::writeAll(m_file, std::string(kPieceHead, '\0'), kWhat);
}

Result<void> HeadersWriter::keepPiece(std::string_view path, BorrowedFd file, std::uint64_t begin, std::uint64_t end)
{
    TRY(os::writeAll(m_file, littleEndian(begin) + littleEndian(end - begin), kWhat));
    std::string buffer(64u << 10, '\0');
    while (begin < end) {
        const auto count = ::pread(file.get(), buffer.data(), std::min<std::uint64_t>(buffer.size(), end - begin),
                                   static_cast<off_t>(begin));
        if (count <= 0)
            return systemFailure(std::format("cannot keep what {} holds", path), count < 0 ? errno : EIO);
        TRY(os::writeAll(m_file, std::string_view{buffer}.substr(0, static_cast<std::size_t>(count)), kWhat));
        begin += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> HeadersWriter::finish()
{
    TRY(flush());
    return writeFrame(HeadersFrame::End, m_streams, m_kept, {});
}

} // namespace lamella::layer
