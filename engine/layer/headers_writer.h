// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/layer/byte_source.h"
#include "engine/layer/headers_format.h"
#include "engine/layer/tar_entry.h"

#include <string>
#include <string_view>
#include <vector>

namespace lamella::layer {

/// Stands between a layer's archive and who reads it, and writes what passes through but the data of files to the file
/// `headers` (headers_format.h). The whole archive must be read through it, to its end.
class HeadersWriter final : public ByteSource {
public:
    /// Writes to `file`, an empty regular file, from its position on. Both are borrowed.
    HeadersWriter(ByteSource& archive, BorrowedFd file);

    Result<std::size_t> read(std::span<std::byte> buffer) override;

    /// From here on a file's data are read and nothing else, until endData() says whose: `chunks` of the file `path`
    /// (of insidePath()), whose SHA-256 begins with `check`.
    void beginData() { m_inData = true; }
    Result<void> endData(std::string_view path, const std::vector<TarChunk>& chunks, std::string_view check);

    /// Keeps what the file `path` holds, because it is about to be removed.
    Result<void> keep(std::string_view path, BorrowedFd file);

    /// Writes the end. Nothing may be read afterwards.
    Result<void> finish();

private:
    void endLiteral();
    Result<void> flush();
    Result<void> writeFrame(HeadersFrame kind, std::size_t length, std::size_t stored, std::string_view payload);
    Result<void> keepPiece(std::string_view path, BorrowedFd file, std::uint64_t begin, std::uint64_t end);

    ByteSource& m_archive;
    BorrowedFd m_file;
    std::string m_literal;
    std::string m_instructions;
    std::uint32_t m_streams = 0;
    std::uint32_t m_kept = 0;
    bool m_begun = false;
    bool m_inData = false;
};

} // namespace lamella::layer
