// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/challenge.h"

#include <cstdint>

using namespace lamella;

/// Reads the bytes as each of the headers that a registry's answer may have. What comes of a challenge can stand in a
/// URL or a header: no control characters.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (const auto challenges = registry::parseChallenges(text)) {
        for (const auto& challenge : *challenges) {
            if (challenge.scheme.empty())
                __builtin_trap();
            for (const auto& [name, value] : challenge.parameters) {
                for (const char c : name + value) {
                    if (c < ' ' || c == 0x7f)
                        __builtin_trap();
                }
            }
        }
    }
    if (const auto range = registry::parseContentRange(text); range && range->last < range->first)
        __builtin_trap();
    if (const auto wait = registry::parseRetryAfter(text, {}); wait && wait->count() < 0)
        __builtin_trap();
    std::ignore = registry::parseUploadedRange(text);
    std::ignore = registry::parseNextLink(text);
    return 0;
}
