// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/challenge.h"
#include "engine/registry/limits.h"
#include "engine/registry/scanner.h"

#include <ctime>

namespace lamella::registry {

std::optional<ContentRange> parseContentRange(std::string_view header)
{
    Scanner scanner{header};
    ContentRange range;
    if (!scanner.take("bytes "))
        return std::nullopt;
    const auto first = scanner.takeNumber();
    if (!first || !scanner.take('-'))
        return std::nullopt;
    const auto last = scanner.takeNumber();
    if (!last || *last < *first || !scanner.take('/'))
        return std::nullopt;
    range.first = *first;
    range.last = *last;
    if (!scanner.take('*')) {
        range.size = scanner.takeNumber();
        if (!range.size || *range.size <= range.last)
            return std::nullopt;
    }
    return scanner.atEnd() ? std::optional{range} : std::nullopt;
}

std::optional<std::uint64_t> parseUploadedRange(std::string_view header)
{
    Scanner scanner{header};
    scanner.take("bytes="); // some write it
    if (scanner.takeNumber() != 0u || !scanner.take('-'))
        return std::nullopt;
    const auto last = scanner.takeNumber();
    // "0-0" is what registries say of an upload without a byte, and of one with one; then all is sent again.
    if (!last || !scanner.atEnd() || *last == UINT64_MAX)
        return std::nullopt;
    return *last == 0 ? 0 : *last + 1;
}

std::optional<std::chrono::seconds> parseRetryAfter(std::string_view header, std::chrono::system_clock::time_point now)
{
    constexpr std::uint64_t kLongest = 366ull * 24 * 3600;
    if (header.empty() || header.size() > 64)
        return std::nullopt;
    Scanner scanner{header};
    if (const auto seconds = scanner.takeNumber())
        return scanner.atEnd() ? std::optional{std::chrono::seconds{std::min(*seconds, kLongest)}} : std::nullopt;
    std::tm date{};
    const std::string text{header};
    const auto* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (!end || *end != '\0')
        return std::nullopt;
    // In whole seconds: the clock's own unit cannot count to every year.
    const auto wait
        = std::chrono::seconds{::timegm(&date)} - std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return std::clamp(wait, std::chrono::seconds{0}, std::chrono::seconds{kLongest});
}

std::optional<std::string> parseNextLink(std::string_view header)
{
    if (header.size() > limits::kHeader)
        return std::nullopt;
    Scanner scanner{header};
    while (scanner.skipSpace(), scanner.take('<')) {
        const std::string target{scanner.takeWhile([](char c) { return c != '>' && c > ' ' && c < 0x7f; })};
        if (!scanner.take('>'))
            return std::nullopt;
        bool isNext = false;
        while (scanner.skipSpace(), scanner.take(';')) {
            scanner.skipSpace();
            const auto name = lowered(scanner.takeWhile(isTokenChar));
            std::optional<std::string> value{std::string{}};
            if (scanner.take('='))
                value = scanner.peek() == '"' ? scanner.takeQuoted() : std::string{scanner.takeWhile(isTokenChar)};
            if (!value || name.empty())
                return std::nullopt;
            isNext = isNext || (name == "rel" && lowered(*value) == "next");
        }
        if (isNext)
            return target;
        if (!scanner.take(','))
            return std::nullopt;
    }
    return std::nullopt;
}

} // namespace lamella::registry
