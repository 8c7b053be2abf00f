// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/bus_message.h"

#include <bit>
#include <cstring>

namespace lamella::cgroup {

namespace {

constexpr char kByteOrder = std::endian::native == std::endian::little ? 'l' : 'B';
constexpr char kVersion = 1;
constexpr std::size_t kFixedHeader = 16; ///< up to and with the length of the fields
constexpr std::uint32_t kLongestMessage = 1u << 20;

/// Codes of header fields.
enum class Field : std::uint8_t { Path = 1, Interface = 2, Member = 3, ErrorName = 4, ReplySerial = 5, Signature = 8 };

std::size_t aligned(std::size_t size, std::size_t boundary)
{
    return (size + boundary - 1) / boundary * boundary;
}

std::uint32_t numberAt(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

void headerField(BusWriter& out, Field field, std::string_view type, std::string_view text)
{
    out.align(8);
    out.byte(static_cast<std::uint8_t>(field));
    out.signature(type);
    if (type == "g")
        out.signature(text);
    else
        out.string(text);
}

/// One field of a received header. Of those that we do not use only the simple types occur.
bool readField(BusReader& in, BusMessage& into)
{
    if (!in.align(8))
        return false;
    const auto code = in.byte();
    const auto type = in.signature();
    if (!code || !type)
        return false;
    if (*type == "u") {
        const auto number = in.u32();
        if (number && static_cast<Field>(*code) == Field::ReplySerial)
            into.replySerial = *number;
        return number.has_value();
    }
    if (*type != "s" && *type != "o" && *type != "g")
        return false;
    auto text = *type == "g" ? in.signature() : in.string();
    if (!text)
        return false;
    if (static_cast<Field>(*code) == Field::Member)
        into.member = std::move(*text);
    else if (static_cast<Field>(*code) == Field::ErrorName)
        into.errorName = std::move(*text);
    else if (static_cast<Field>(*code) == Field::Signature)
        into.signature = std::move(*text);
    return true;
}

} // namespace

void BusWriter::align(std::size_t boundary)
{
    m_bytes.resize(aligned(m_bytes.size(), boundary));
}

void BusWriter::byte(std::uint8_t value)
{
    m_bytes += static_cast<char>(value);
}

void BusWriter::u32(std::uint32_t value)
{
    align(sizeof value);
    m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void BusWriter::u64(std::uint64_t value)
{
    align(sizeof value);
    m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void BusWriter::string(std::string_view text)
{
    u32(static_cast<std::uint32_t>(text.size()));
    m_bytes.append(text).push_back('\0');
}

void BusWriter::signature(std::string_view text)
{
    byte(static_cast<std::uint8_t>(text.size()));
    m_bytes.append(text).push_back('\0');
}

std::size_t BusWriter::beginArray()
{
    u32(0);
    return m_bytes.size() - sizeof(std::uint32_t);
}

void BusWriter::endArray(std::size_t length, std::size_t start)
{
    const auto size = static_cast<std::uint32_t>(m_bytes.size() - start);
    std::memcpy(m_bytes.data() + length, &size, sizeof size);
}

std::string encodeCall(const BusCall& call, std::uint32_t serial)
{
    BusWriter out;
    out.byte(static_cast<std::uint8_t>(kByteOrder));
    out.byte(static_cast<std::uint8_t>(BusMessageType::Call));
    out.byte(0); // no flags
    out.byte(kVersion);
    out.u32(static_cast<std::uint32_t>(call.body.bytes().size()));
    out.u32(serial);
    out.array(8, [&](BusWriter& fields) {
        headerField(fields, Field::Path, "o", call.path);
        headerField(fields, Field::Interface, "s", call.interface);
        headerField(fields, Field::Member, "s", call.member);
        if (!call.signature.empty())
            headerField(fields, Field::Signature, "g", call.signature);
    });
    out.align(8);
    return out.bytes() + call.body.bytes();
}

std::optional<std::size_t> messageLength(std::string_view start)
{
    if (start.size() < kFixedHeader)
        return std::nullopt;
    const std::uint32_t body = numberAt(start, 4);
    const std::uint32_t fields = numberAt(start, 12);
    if (start[0] != kByteOrder || start[3] != kVersion || body > kLongestMessage || fields > kLongestMessage)
        return 0;
    return aligned(kFixedHeader + fields, 8) + body;
}

std::optional<BusMessage> decodeMessage(std::string_view bytes)
{
    if (messageLength(bytes).value_or(0) != bytes.size() || bytes.empty())
        return std::nullopt;
    BusMessage message;
    message.type = static_cast<BusMessageType>(bytes[1]);
    const std::size_t end = kFixedHeader + numberAt(bytes, 12);
    BusReader header{bytes.substr(0, end)};
    header.skip(kFixedHeader);
    while (header.position() < end) {
        if (!readField(header, message))
            return std::nullopt;
    }
    message.body = bytes.substr(aligned(end, 8));
    return message;
}

bool BusReader::align(std::size_t boundary)
{
    m_at = aligned(m_at, boundary);
    return m_at <= m_bytes.size();
}

std::optional<std::uint8_t> BusReader::byte()
{
    if (m_at >= m_bytes.size())
        return std::nullopt;
    return static_cast<std::uint8_t>(m_bytes[m_at++]);
}

std::optional<std::uint32_t> BusReader::u32()
{
    if (!align(sizeof(std::uint32_t)) || m_bytes.size() - m_at < sizeof(std::uint32_t))
        return std::nullopt;
    m_at += sizeof(std::uint32_t);
    return numberAt(m_bytes, m_at - sizeof(std::uint32_t));
}

std::optional<std::string> BusReader::text(std::size_t length)
{
    // With the NUL behind it.
    if (m_bytes.size() - m_at <= length)
        return std::nullopt;
    std::string text{m_bytes.substr(m_at, length)};
    m_at += length + 1;
    return text;
}

std::optional<std::string> BusReader::string()
{
    const auto length = u32();
    return length ? text(*length) : std::nullopt;
}

std::optional<std::string> BusReader::signature()
{
    const auto length = byte();
    return length ? text(*length) : std::nullopt;
}

} // namespace lamella::cgroup
