// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stats/sampler.h"

#include <optional>

namespace lamella::stats {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd"; // U+FFFD

struct Character {
    char32_t code;
    std::size_t length;
};

// The character at the beginning of `bytes`, or nothing where they are no valid UTF-8 (RFC 3629, section 4).
std::optional<Character> decode(std::string_view bytes)
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char first = at(0);
    if (first < 0x80)
        return Character{first, 1};
    const std::size_t length = first >= 0xf0 && first <= 0xf4 ? 4
        : first >= 0xe0 && first < 0xf0                       ? 3
        : first >= 0xc2 && first < 0xe0                       ? 2
                                                              : 0;
    if (length == 0 || bytes.size() < length)
        return std::nullopt;
    char32_t code = first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80)
            return std::nullopt;
        code = (code << 6) | (at(i) & 0x3fu);
    }
    const bool tooLong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (tooLong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return std::nullopt;
    return Character{code, length};
}

// Control characters, line and paragraph separators, and what turns the direction of text round.
bool misleads(char32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f
        || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

} // namespace

std::string printable(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto character = decode(bytes);
        const std::size_t length = character ? character->length : 1;
        if (!character || misleads(character->code))
            text += kReplacement;
        else
            text += bytes.substr(0, length);
        bytes.remove_prefix(length);
    }
    return text;
}

} // namespace lamella::stats
