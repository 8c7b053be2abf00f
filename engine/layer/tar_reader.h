// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"
#include "engine/layer/pax.h"
#include "engine/layer/tar_entry.h"
#include "engine/layer/tar_header.h"

#include <functional>
#include <optional>
#include <vector>

namespace lamella::layer {

/// Reads a tar archive from front to back: V7, ustar, pax and GNU with its sparse formats. Whatever the bytes are, it
/// ends, and keeps no more in memory than one member's extended headers (1 MiB), the archive's own (64 KiB) and one map
/// of a sparse file.
class TarReader {
public:
    /// Data is given on in pieces of at most `buffer` bytes.
    explicit TarReader(ByteSource& source, std::size_t buffer = 128u << 10);

    /// The next member; nothing at the end. What was not read of the last one is skipped.
    /// An archive that ends without its two zero blocks is accepted where a header would start: some programs write
    /// that, and the digest of a layer proves that nothing is missing.
    /// Errors: InvalidArgument (damaged, cut off), LimitExceeded, Unsupported (a type of member that no layer may
    /// have).
    Result<std::optional<TarEntry>> next();

    using DataSink = std::function<Result<void>(std::uint64_t offset, std::span<const std::byte> bytes)>;

    /// Gives the current member's data to `sink`, at the offsets where it belongs. At most once for each member.
    Result<void> readData(const DataSink& sink);

private:
    struct MemberRecords; // the archive's and the member's own
    struct Pending {
        PaxRecords records;
        std::optional<std::string> longName;
        std::optional<std::string> longLink;
        std::uint64_t length = 0; ///< of all these headers
        bool any = false;
    };

    Result<bool> readBlock(TarBlock& block);
    Result<TarBlock> dataBlock();
    Result<std::string> readText(std::uint64_t length, std::uint64_t limit);
    Result<void> skip(std::uint64_t length);
    Result<bool> readMeta(const TarHeader& header, Pending& pending);
    Result<bool> isEnd();
    Result<TarEntry> build(const TarHeader& header, const Pending& pending);
    Result<void> readNames(const TarHeader& header, const Pending& pending, TarEntry& entry) const;
    Result<void> readNumbers(const TarHeader& header, const MemberRecords& records, TarEntry& entry);
    Result<void> readXattrs(const PaxRecords& own, const MemberRecords& records, TarEntry& entry) const;
    Result<void> readLayout(const TarHeader& header, const MemberRecords& records, TarEntry& entry);

    ByteSource& m_source;
    PaxRecords m_globals;
    std::vector<TarChunk> m_chunks; ///< of the current member
    std::uint64_t m_stored = 0; ///< bytes of the current member's data that were not read yet
    std::uint64_t m_padding = 0; ///< after them
    std::uint64_t m_entries = 0;
    std::vector<std::byte> m_buffer;
};

} // namespace lamella::layer
