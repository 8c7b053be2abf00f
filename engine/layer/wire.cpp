// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/wire.h"

namespace lamella::layer {

namespace {

constexpr unsigned kBits = 7;
constexpr std::uint64_t kMore = 1u << kBits;

std::unexpected<Error> damagedRecord()
{
    return failure(ErrorKind::InvalidArgument, "what was written beside the layer is damaged");
}

} // namespace

void packNumber(std::string& to, std::uint64_t number)
{
    for (; number >= kMore; number >>= kBits)
        to += static_cast<char>((number & (kMore - 1)) | kMore);
    to += static_cast<char>(number);
}

void packText(std::string& to, std::string_view text)
{
    packNumber(to, text.size());
    to += text;
}

Result<std::uint8_t> Unpacker::byte()
{
    return static_cast<std::uint8_t>(TRY(bytes(1)).front());
}

Result<std::uint64_t> Unpacker::number()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += kBits) {
        const std::uint64_t digit = TRY(byte());
        const auto bits = digit & (kMore - 1);
        if ((bits << shift) >> shift != bits)
            break;
        value |= bits << shift;
        if ((digit & kMore) == 0)
            return value;
    }
    return damagedRecord();
}

Result<std::string_view> Unpacker::bytes(std::uint64_t count)
{
    if (count > m_rest.size())
        return damagedRecord();
    const auto taken = m_rest.substr(0, count);
    m_rest.remove_prefix(count);
    return taken;
}

Result<std::string_view> Unpacker::text()
{
    return bytes(TRY(number()));
}

} // namespace lamella::layer
