// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

/// std::format() for the static programs: only "{}", and only for text, paths, truths and integers. The standard one
/// brings all locales and floating-point numbers with it, more than a megabyte in each program, and lamella-runtime is
/// copied whole at each start.
namespace lamella {

namespace detail {

/// A format that has been checked when it was compiled: "{}" for each of `Args`, "{{" and "}}" for the braces
/// themselves, and nothing else in braces.
template <class... Args>
class Format {
public:
    template <std::convertible_to<std::string_view> T>
    consteval Format(const T& text) // NOLINT(google-explicit-constructor): as std::format_string
        : m_text(text)
    {
        std::size_t places = 0;
        for (std::size_t at = 0; at < m_text.size(); ++at) {
            const char next = at + 1 < m_text.size() ? m_text[at + 1] : '\0';
            if (m_text[at] != '{' && m_text[at] != '}')
                continue;
            if (m_text[at] == '{' && next == '}')
                ++places;
            else if (m_text[at] != next)
                throw "a brace is neither doubled nor part of {}";
            ++at;
        }
        if (places != sizeof...(Args))
            throw "there are more or fewer {} than arguments";
    }

    std::string_view text() const { return m_text; }

private:
    std::string_view m_text;
};

std::string compose(std::string_view format, std::initializer_list<std::string_view> texts);

/// Text as it is, and what becomes text as a string of its own, which lasts for the call.
template <class T>
auto textOf(const T& value)
{
    if constexpr (std::same_as<T, bool>)
        return std::string_view{value ? "true" : "false"};
    else if constexpr (std::same_as<T, char>)
        return std::string(1, value);
    else if constexpr (std::integral<T>)
        return std::to_string(value);
    else if constexpr (std::same_as<T, std::filesystem::path>)
        return std::string_view{value.native()};
    else
        return std::string_view{value};
}

} // namespace detail

template <class... Args>
using ComposeFormat = detail::Format<std::type_identity_t<Args>...>;

/// `format` with each "{}" replaced by the next argument.
template <class... Args>
std::string compose(ComposeFormat<Args...> format, const Args&... args)
{
    return detail::compose(format.text(), {detail::textOf(args)...});
}

/// `text` with blanks behind it until it is `width` characters long.
inline std::string padded(std::string_view text, std::size_t width)
{
    std::string wide{text};
    wide.resize(std::max(width, wide.size()), ' ');
    return wide;
}

} // namespace lamella
