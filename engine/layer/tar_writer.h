// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_sink.h"
#include "engine/layer/tar_entry.h"

#include <string>
#include <utility>
#include <vector>

namespace lamella::layer {

/// Writes a tar archive from front to back, in the pax format: ustar headers (POSIX.1-2017, pax), extended headers only
/// where those do not suffice, files with holes in GNU's format 1.0. The same calls give the same bytes.
class TarWriter {
public:
    /// `sink` is borrowed; it gets large pieces.
    explicit TarWriter(ByteSink& sink);

    /// Begins a member. `entry.chunks` says what of a regular file will be given to data(): one chunk of the whole
    /// size, or pieces with holes between them; none for other members.
    Result<void> begin(const TarEntry& entry);

    /// What begin() promised, in pieces of any size.
    Result<void> data(std::span<const std::byte> bytes);

    /// Ends the member with zeros for what was promised and not given, and for its last block.
    Result<void> end();

    /// Writes the end of the archive.
    Result<void> finish();

    /// How much is still promised of the current member's data.
    std::uint64_t missing() const { return m_missing; }

private:
    Result<void> zeros(std::uint64_t count);
    Result<void> flush();
    void addRecord(std::string_view key, std::string_view value);
    void addRecords(const TarEntry& entry, std::uint64_t size);
    void addHeader(const TarEntry& entry, char type, std::string_view name, std::uint64_t size);

    ByteSink& m_sink;
    std::string m_buffer;
    std::string m_records; ///< of the extended header of the next member
    std::uint64_t m_missing = 0;
    std::uint64_t m_padding = 0;
};

} // namespace lamella::layer
