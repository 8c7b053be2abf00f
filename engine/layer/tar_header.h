// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The 512-byte header block of tar archives: POSIX ustar, V7 and GNU (tar(5), GNU tar's manual "Basic Tar Format").
namespace lamella::layer {

inline constexpr std::size_t kTarBlock = 512;
using TarBlock = std::array<char, kTarBlock>;

/// The extended attributes' keys in pax records (star(5)).
inline constexpr std::string_view kXattrPrefix = "SCHILY.xattr.";

/// What follows data of that length so that the next header begins with a block.
inline std::uint64_t paddingOf(std::uint64_t length)
{
    return (kTarBlock - length % kTarBlock) % kTarBlock;
}

/// A header block's fields by name, none of them copied.
class TarHeader {
public:
    explicit TarHeader(const TarBlock& block)
        : m_block(block)
    {
    }

    bool isZero() const;
    /// The checksum as it is written today, or as some old programs wrote it with signed characters.
    bool hasRightChecksum() const;
    bool isUstar() const;
    bool isGnu() const;

    std::string_view name() const { return text(0, 100); }
    std::string_view linkName() const { return text(157, 100); }
    std::string_view prefix() const { return text(345, 155); } ///< ustar only
    char typeFlag() const { return m_block[156]; }
    std::string_view field(std::size_t offset, std::size_t length) const { return {m_block.data() + offset, length}; }

private:
    std::string_view text(std::size_t offset, std::size_t length) const;
    const TarBlock& m_block;
};

/// Reads a number field: octal digits with spaces or NUL around them, or base-256 (first bit set; GNU tar's manual,
/// "Extensions"). Nothing for what is neither, or does not fit.
std::optional<std::int64_t> tarNumber(std::string_view field);

} // namespace lamella::layer
