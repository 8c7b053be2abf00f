// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/layer/byte_source.h"
#include "engine/layer/digest.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lamella::layer {

/// A layer's archive put together again from `diff` and `headers` (headers_format.h), bit for bit. Neither is believed:
/// files are opened below diff without following a symlink, and only regular ones are read. Needs the right to read
/// them all (CAP_DAC_READ_SEARCH).
class LayerArchive final : public ByteSource {
public:
    /// Both descriptors are borrowed for as long as this lives; `headers` is read with pread(2). `diffId` is what the
    /// archive's digest must be. Errors: InvalidArgument (headers that are damaged or end too early).
    static Result<LayerArchive> open(BorrowedFd diff, BorrowedFd headers, std::string diffId);

    /// How long the archive is, by the headers alone: no file of diff is opened.
    Result<Bytes> size() const;

    /// Errors: NotFound and InvalidArgument (naming the file of diff that is missing or was changed), DigestMismatch
    /// (at the end: all of it together is not what it was).
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    struct Piece {
        std::uint64_t offset = 0; ///< in the file, or where the last piece ended
        std::uint64_t length = 0;
        std::uint64_t at = 0; ///< where a kept piece lies in `headers`
    };
    struct Kept {
        std::uint64_t frame = 0; ///< its place in `headers`
        std::vector<Piece> pieces;
    };
    struct Frame {
        std::uint64_t at = 0; ///< of the payload
        std::size_t length = 0;
        std::size_t stored = 0;
    };

    LayerArchive(BorrowedFd diff, BorrowedFd headers, std::string diffId);

    Result<void> scan();
    Result<std::uint64_t> scanKept(std::uint64_t frame, std::uint64_t at, std::size_t length);
    Result<bool> nextInstruction();
    Result<void> nextFrame();
    Result<std::string> instructionsOf(const Frame& frame) const;
    Result<void> beginData();
    Result<std::size_t> readData(std::span<std::byte> buffer);
    Result<std::size_t> readKept(std::span<std::byte> buffer, std::uint64_t offset) const;
    Result<void> endData();
    Result<void> readAt(std::span<std::byte> buffer, std::uint64_t at) const;
    std::unexpected<Error> changed() const;

    BorrowedFd m_diff;
    BorrowedFd m_headers;
    std::string m_diffId;
    std::vector<Frame> m_frames;
    std::map<std::string, std::vector<Kept>, std::less<>> m_kept;
    std::size_t m_keptPieces = 0;

    std::size_t m_nextFrame = 0;
    std::string m_instructions;
    std::size_t m_at = 0; ///< in m_instructions
    std::uint64_t m_literal = 0; ///< bytes of the literal at m_at that are left

    std::string m_path; ///< of the file that is being read
    UniqueFd m_file;
    const Kept* m_keptFile = nullptr;
    std::vector<Piece> m_pieces; ///< of its data, the last one first
    std::string m_check;
    Sha256 m_fileHash;

    Sha256 m_hash;
    bool m_inData = false;
    bool m_ended = false;
};

} // namespace lamella::layer
