// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lamella::registry {

inline bool isAlphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// RFC 9110, 5.6.2, "token".
inline bool isTokenChar(char c)
{
    return isAlphanumeric(c) || std::string_view{"!#$%&'*+-.^_`|~"}.contains(c);
}
/// RFC 9110, 11.2, "token68".
inline bool isToken68(char c)
{
    return isAlphanumeric(c) || std::string_view{"-._~+/"}.contains(c);
}

inline std::string lowered(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

/// Goes through the value of a header.
class Scanner {
public:
    explicit Scanner(std::string_view text)
        : m_rest(text)
    {
    }

    bool atEnd() const { return m_rest.empty(); }
    char peek() const { return m_rest.empty() ? '\0' : m_rest.front(); }

    bool take(char c)
    {
        if (m_rest.empty() || m_rest.front() != c)
            return false;
        m_rest.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word)
    {
        if (!m_rest.starts_with(word))
            return false;
        m_rest.remove_prefix(word.size());
        return true;
    }
    /// True where there was some.
    bool skipSpace()
    {
        return !takeWhile([](char c) { return c == ' ' || c == '\t'; }).empty();
    }
    template <class Is>
    std::string_view takeWhile(Is is)
    {
        const auto end = static_cast<std::size_t>(std::ranges::find_if_not(m_rest, is) - m_rest.begin());
        const auto taken = m_rest.substr(0, end);
        m_rest.remove_prefix(end);
        return taken;
    }
    /// A whole number; nothing where there is none or it is too large.
    std::optional<std::uint64_t> takeNumber()
    {
        std::uint64_t value = 0;
        const auto digits = takeWhile([](char c) { return c >= '0' && c <= '9'; });
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return code == std::errc{} ? std::optional{value} : std::nullopt;
    }
    /// RFC 9110, 5.6.4, "quoted-string"; nothing where it has no end or something that no text has.
    std::optional<std::string> takeQuoted()
    {
        std::string text;
        if (!take('"'))
            return std::nullopt;
        while (!m_rest.empty()) {
            char c = m_rest.front();
            m_rest.remove_prefix(1);
            if (c == '"')
                return text;
            if (c == '\\') {
                if (m_rest.empty())
                    return std::nullopt;
                c = m_rest.front();
                m_rest.remove_prefix(1);
            }
            if (c < ' ' || c == 0x7f) // with a signed char also what is not ASCII
                return std::nullopt;
            text += c;
        }
        return std::nullopt;
    }

private:
    std::string_view m_rest;
};

} // namespace lamella::registry
