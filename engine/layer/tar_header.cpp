// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tar_header.h"

#include <algorithm>
#include <limits>

namespace lamella::layer {

namespace {

constexpr std::size_t kChecksumOffset = 148;
constexpr std::size_t kChecksumLength = 8;

// Big-endian two's complement; the first bit is the marker, the second the sign.
std::optional<std::int64_t> base256(std::string_view field)
{
    const auto byte = [&field](std::size_t i) { return static_cast<unsigned char>(field[i]); };
    const bool negative = (byte(0) & 0x40) != 0;
    auto value = static_cast<std::uint64_t>(negative ? -1 : 0);
    for (std::size_t i = 0; i < field.size(); ++i) {
        // Bits that are about to be pushed out must all be copies of the sign.
        const auto top = static_cast<std::int64_t>(value) >> 55;
        if (top != (negative ? -1 : 0))
            return std::nullopt;
        const unsigned digit = i > 0 ? byte(i) : negative ? (byte(0) | 0x80u) : (byte(0) & 0x3fu);
        value = (value << 8) | digit;
    }
    return static_cast<std::int64_t>(value);
}

} // namespace

std::string_view TarHeader::text(std::size_t offset, std::size_t length) const
{
    const auto whole = field(offset, length);
    return whole.substr(0, whole.find('\0'));
}

bool TarHeader::isZero() const
{
    return std::ranges::all_of(m_block, [](char c) { return c == 0; });
}

bool TarHeader::hasRightChecksum() const
{
    std::int64_t plain = 0;
    std::int64_t asSigned = 0;
    for (std::size_t i = 0; i < m_block.size(); ++i) {
        const bool own = i >= kChecksumOffset && i < kChecksumOffset + kChecksumLength;
        plain += own ? ' ' : static_cast<unsigned char>(m_block[i]);
        asSigned += own ? ' ' : static_cast<signed char>(m_block[i]);
    }
    const auto written = tarNumber(field(kChecksumOffset, kChecksumLength));
    return written && (*written == plain || *written == asSigned);
}

bool TarHeader::isUstar() const
{
    return field(257, 6) == std::string_view("ustar\0", 6);
}

bool TarHeader::isGnu() const
{
    return field(257, 8) == std::string_view("ustar  \0", 8);
}

std::optional<std::int64_t> tarNumber(std::string_view field)
{
    if (!field.empty() && (static_cast<unsigned char>(field[0]) & 0x80) != 0)
        return base256(field);
    const auto first = field.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return 0;
    auto digits = field.substr(first);
    digits = digits.substr(0, digits.find_first_of(std::string_view(" \0", 2)));
    const auto rest = field.substr(first + digits.size());
    if (rest.find_first_not_of(std::string_view(" \0", 2)) != std::string_view::npos)
        return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '7' || value > (std::numeric_limits<std::int64_t>::max() >> 3))
            return std::nullopt;
        value = value * 8 + (digit - '0');
    }
    return value;
}

} // namespace lamella::layer
