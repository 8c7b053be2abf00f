// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_archive.h"

#include "engine/layer/compressed_text.h"
#include "engine/layer/headers_format.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/wire.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace lamella::layer {

namespace {

constexpr std::size_t kMaxFrames = 1'000'000;
constexpr std::size_t kMaxKeptPieces = 1'000'000;
constexpr std::size_t kMaxPieces = 100'000; // of one file: what the reader takes of a sparse one
constexpr std::size_t kMaxPath = 4096;
constexpr std::uint64_t kMaxFile = 1ull << 44;
constexpr std::uint64_t kMaxArchive = 1ull << 62;

std::unexpected<Error> damaged()
{
    return failure(ErrorKind::InvalidArgument, "the layer's headers are damaged");
}

std::uint64_t numberAt(std::span<const std::byte> bytes)
{
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        number = number << 8 | std::to_integer<std::uint64_t>(bytes[i - 1]);
    return number;
}

// Of what the instruction stands for in the archive.
Result<std::uint64_t> lengthOfNext(Unpacker& unpacker)
{
    if (static_cast<HeadersInstruction>(TRY(unpacker.byte())) == HeadersInstruction::Literal) {
        const auto length = TRY(unpacker.number());
        TRY(unpacker.bytes(length));
        return length;
    }
    TRY(unpacker.text());
    std::uint64_t length = 0;
    for (auto pieces = TRY(unpacker.number()); pieces > 0; --pieces) {
        TRY(unpacker.number());
        const auto piece = TRY(unpacker.number());
        if (piece > kMaxFile)
            return damaged();
        length = std::min(length + piece, kMaxFile);
    }
    TRY(unpacker.bytes(kDataCheck));
    return length;
}

} // namespace

LayerArchive::LayerArchive(BorrowedFd diff, BorrowedFd headers, std::string diffId)
    : m_diff(diff)
    , m_headers(headers)
    , m_diffId(std::move(diffId))
{
}

Result<LayerArchive> LayerArchive::open(BorrowedFd diff, BorrowedFd headers, std::string diffId)
{
    LayerArchive archive{diff, headers, std::move(diffId)};
    TRY(archive.scan());
    return archive;
}

Result<void> LayerArchive::readAt(std::span<std::byte> buffer, std::uint64_t at) const
{
    while (!buffer.empty()) {
        const auto count = ::pread(m_headers.get(), buffer.data(), buffer.size(), static_cast<off_t>(at));
        if (count < 0 && errno != EINTR)
            return systemFailure("cannot read the layer's headers");
        if (count == 0)
            return failure(ErrorKind::InvalidArgument, "the layer's headers end too early");
        const auto read = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        buffer = buffer.subspan(read);
        at += read;
    }
    return {};
}

// Finds every frame, and where what was kept lies: what speaks of it comes before.
Result<void> LayerArchive::scan()
{
    std::array<std::byte, kHeadersMagic.size()> magic{};
    TRY(readAt(magic, 0));
    if (!std::ranges::equal(magic, std::as_bytes(std::span{kHeadersMagic})))
        return damaged();
    std::size_t kept = 0;
    for (std::uint64_t at = magic.size();;) {
        std::array<std::byte, kFrameHead> head{};
        TRY(readAt(head, at));
        const auto kind = static_cast<HeadersFrame>(head[0]);
        const auto length = static_cast<std::size_t>(numberAt(std::span{head}.subspan(1, 4)));
        const auto stored = static_cast<std::size_t>(numberAt(std::span{head}.subspan(5, 4)));
        const auto frame = at;
        at += head.size();
        if (kind == HeadersFrame::End)
            return length == m_frames.size() && stored == kept ? Result<void>{} : damaged();
        if (length > kMaxFrame || stored > kMaxFrame || m_frames.size() + kept == kMaxFrames)
            return damaged();
        if (kind == HeadersFrame::Stream) {
            m_frames.push_back({at, length, stored});
            at += stored;
        } else if (kind == HeadersFrame::Kept) {
            ++kept;
            at = TRY(scanKept(frame, at, stored));
        } else {
            return damaged();
        }
    }
}

// Where the next frame begins.
Result<std::uint64_t> LayerArchive::scanKept(std::uint64_t frame, std::uint64_t at, std::size_t length)
{
    if (length > kMaxPath)
        return damaged();
    std::string path(length, '\0');
    TRY(readAt(std::as_writable_bytes(std::span{path}), at));
    at += length;
    Kept kept{frame, {}};
    for (std::uint64_t end = 0;;) {
        std::array<std::byte, kPieceHead> head{};
        TRY(readAt(head, at));
        at += head.size();
        const Piece piece{numberAt(std::span{head}.first(8)), numberAt(std::span{head}.last(8)), at};
        if (piece.length == 0)
            break;
        if (piece.offset < end || piece.offset > kMaxFile || piece.length > kMaxFile || ++m_keptPieces > kMaxKeptPieces)
            return damaged();
        kept.pieces.push_back(piece);
        end = piece.offset + piece.length;
        at += piece.length;
    }
    m_kept[path].push_back(std::move(kept));
    return at;
}

Result<std::size_t> LayerArchive::read(std::span<std::byte> buffer)
{
    while (!m_ended && !buffer.empty()) {
        std::size_t count = 0;
        if (m_inData) {
            count = TRY(readData(buffer));
        } else if (m_literal > 0) {
            count = std::min<std::uint64_t>(buffer.size(), m_literal);
            std::ranges::copy_n(reinterpret_cast<const std::byte*>(m_instructions.data() + m_at),
                                static_cast<std::ptrdiff_t>(count), buffer.begin());
            m_at += count;
            m_literal -= count;
        } else if (!TRY(nextInstruction())) {
            m_ended = true;
            if (m_hash.digest() != m_diffId)
                return failure(ErrorKind::DigestMismatch,
                               std::format("the layer's files are no longer those of {}", m_diffId));
        }
        m_hash.add(buffer.first(count));
        if (count > 0)
            return count;
    }
    return 0;
}

Result<std::string> LayerArchive::instructionsOf(const Frame& frame) const
{
    std::string stored(frame.stored, '\0');
    TRY(readAt(std::as_writable_bytes(std::span{stored}), frame.at));
    return decompressText(stored, frame.length);
}

Result<void> LayerArchive::nextFrame()
{
    m_instructions = TRY(instructionsOf(m_frames[m_nextFrame++]));
    m_at = 0;
    return {};
}

Result<Bytes> LayerArchive::size() const
{
    std::uint64_t size = 0;
    for (const auto& frame : m_frames) {
        const auto instructions = TRY(instructionsOf(frame));
        for (Unpacker unpacker{instructions}; !unpacker.atEnd();) {
            const auto length = TRY(lengthOfNext(unpacker));
            if (length > kMaxArchive - size)
                return damaged();
            size += length;
        }
    }
    return Bytes{size};
}

// False at the end.
Result<bool> LayerArchive::nextInstruction()
{
    while (m_at == m_instructions.size()) {
        if (m_nextFrame == m_frames.size())
            return false;
        TRY(nextFrame());
    }
    Unpacker unpacker{std::string_view{m_instructions}.substr(m_at)};
    const auto instruction = static_cast<HeadersInstruction>(TRY(unpacker.byte()));
    if (instruction == HeadersInstruction::Data) {
        TRY(beginData());
        return true;
    }
    if (instruction != HeadersInstruction::Literal)
        return damaged();
    m_literal = TRY(unpacker.number());
    m_at = m_instructions.size() - unpacker.left();
    if (m_literal > unpacker.left())
        return damaged();
    return true;
}

Result<void> LayerArchive::beginData()
{
    Unpacker unpacker{std::string_view{m_instructions}.substr(m_at + 1)};
    m_path = TRY(unpacker.text());
    const auto count = TRY(unpacker.number());
    if (m_path.empty() || m_path.size() > kMaxPath || count > kMaxPieces)
        return damaged();
    m_pieces.clear();
    for (std::uint64_t end = 0; m_pieces.size() < count;) {
        const auto distance = TRY(unpacker.number());
        const auto length = TRY(unpacker.number());
        if (distance > kMaxFile - end || length > kMaxFile - end - distance)
            return damaged();
        m_pieces.push_back({end + distance, length, 0});
        end += distance + length;
    }
    std::ranges::reverse(m_pieces);
    m_check = TRY(unpacker.bytes(kDataCheck));
    m_at = m_instructions.size() - unpacker.left();

    m_keptFile = nullptr;
    m_file.reset();
    if (const auto found = m_kept.find(m_path); found != m_kept.end()) {
        const auto later = std::ranges::upper_bound(found->second, m_frames[m_nextFrame - 1].at, {}, &Kept::frame);
        m_keptFile = later == found->second.end() ? nullptr : &*later;
    }
    if (!m_keptFile)
        m_file = TRY_WITHIN("cannot put the layer's archive together again", openRegularFile(m_diff, m_path));
    m_inData = true;
    return {};
}

Result<std::size_t> LayerArchive::readData(std::span<std::byte> buffer)
{
    while (!m_pieces.empty() && m_pieces.back().length == 0)
        m_pieces.pop_back();
    if (m_pieces.empty()) {
        TRY(endData());
        return 0;
    }
    auto& piece = m_pieces.back();
    buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), piece.length));
    std::size_t count = 0;
    if (m_keptFile) {
        count = TRY(readKept(buffer, piece.offset));
    } else {
        const auto read = ::pread(m_file.get(), buffer.data(), buffer.size(), static_cast<off_t>(piece.offset));
        if (read < 0)
            return systemFailure(std::format("cannot read {} of the layer", m_path));
        count = static_cast<std::size_t>(read);
    }
    if (count == 0)
        return changed();
    m_fileHash.add(buffer.first(count));
    piece.offset += count;
    piece.length -= count;
    return count;
}

// What was kept of a file, at `offset` of it; zeros where nothing was.
Result<std::size_t> LayerArchive::readKept(std::span<std::byte> buffer, std::uint64_t offset) const
{
    const auto next = std::ranges::upper_bound(m_keptFile->pieces, offset, {},
                                               [](const Piece& piece) { return piece.offset + piece.length; });
    const auto left = next == m_keptFile->pieces.end() ? kMaxFile : next->offset;
    if (left > offset) {
        buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), left - offset));
        std::ranges::fill(buffer, std::byte{});
        return buffer.size();
    }
    const auto skipped = offset - next->offset;
    buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), next->length - skipped));
    TRY(readAt(buffer, next->at + skipped));
    return buffer.size();
}

Result<void> LayerArchive::endData()
{
    m_inData = false;
    const auto digest = m_fileHash.rawDigest();
    if (!std::ranges::equal(std::span{digest}.first<kDataCheck>(), std::as_bytes(std::span{m_check})))
        return changed();
    return {};
}

std::unexpected<Error> LayerArchive::changed() const
{
    return failure(ErrorKind::InvalidArgument,
                   std::format("{} is no longer what the layer brought: load or pull the image again", m_path));
}

} // namespace lamella::layer
