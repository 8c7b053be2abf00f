// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// As much of the D-Bus message format (D-Bus Specification, "Message Protocol") as a conversation with systemd needs,
/// so that a static program that starts in a millisecond can have one.
namespace lamella::cgroup {

/// Writes values one after the other, each at its alignment.
class BusWriter {
public:
    void byte(std::uint8_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void boolean(bool value) { u32(value ? 1 : 0); }
    void string(std::string_view text); ///< 's' and 'o'
    void signature(std::string_view text); ///< 'g'
    void align(std::size_t boundary);

    /// An array: what `elements` writes, whose first one is aligned to `boundary`.
    template <class Elements>
    void array(std::size_t boundary, Elements elements)
    {
        const std::size_t length = beginArray();
        align(boundary);
        const std::size_t start = m_bytes.size();
        elements(*this);
        endArray(length, start);
    }

    /// An element of "a(sv)" with a value that `value` writes.
    template <class Value>
    void property(std::string_view name, std::string_view type, Value value)
    {
        align(8);
        string(name);
        signature(type);
        value(*this);
    }

    const std::string& bytes() const { return m_bytes; }

private:
    std::size_t beginArray();
    void endArray(std::size_t length, std::size_t start);
    std::string m_bytes;
};

struct BusCall {
    std::string_view path, interface, member;
    std::string_view signature; ///< of `body`
    const BusWriter& body;
};

/// A method call as it travels, in this machine's byte order.
std::string encodeCall(const BusCall& call, std::uint32_t serial);

enum class BusMessageType : std::uint8_t { Call = 1, Return = 2, Error = 3, Signal = 4 };

struct BusMessage {
    BusMessageType type = BusMessageType::Call;
    std::uint32_t replySerial = 0;
    std::string member, errorName, signature;
    std::string body;
};

/// How many bytes the message has that starts with these; nothing where they are too few to say, 0 where they are no
/// message, or one of more than a MiB.
std::optional<std::size_t> messageLength(std::string_view start);

/// Reads a whole message; nothing where it is none.
std::optional<BusMessage> decodeMessage(std::string_view bytes);

/// Reads values one after the other; nothing where there are no more.
class BusReader {
public:
    explicit BusReader(std::string_view bytes)
        : m_bytes(bytes)
    {
    }
    std::optional<std::uint8_t> byte();
    std::optional<std::uint32_t> u32();
    std::optional<std::string> string();
    std::optional<std::string> signature();
    bool align(std::size_t boundary);
    void skip(std::size_t bytes) { m_at += bytes; }
    std::size_t position() const { return m_at; }

private:
    std::optional<std::string> text(std::size_t length);
    std::string_view m_bytes;
    std::size_t m_at = 0;
};

} // namespace lamella::cgroup
