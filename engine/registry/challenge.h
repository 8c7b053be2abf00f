// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The headers of a registry's answers that are more than a word: foreign bytes, parsed strictly.
namespace lamella::registry {

/// One way to log in that a server offers (RFC 9110, 11.6.1).
struct Challenge {
    std::string scheme; ///< in lower case: "basic", "bearer"
    std::map<std::string, std::string> parameters; ///< names in lower case
};

/// Reads the value of WWW-Authenticate. Errors: InvalidArgument, LimitExceeded.
Result<std::vector<Challenge>> parseChallenges(std::string_view header);

/// What "Content-Range: bytes 5-9/10" says of an answer 206 (RFC 9110, 14.4).
struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> size;

    bool operator==(const ContentRange&) const = default;
};
std::optional<ContentRange> parseContentRange(std::string_view header);

/// How many bytes of an upload a registry has: "Range: 0-9" is 10 (distribution-spec, "Pushing a blob in chunks").
std::optional<std::uint64_t> parseUploadedRange(std::string_view header);

/// How long "Retry-After" asks to wait: seconds, or a date that is compared with `now` (RFC 9110, 10.2.3).
std::optional<std::chrono::seconds> parseRetryAfter(std::string_view header, std::chrono::system_clock::time_point now);

/// The target of the link whose relation is "next" (RFC 8288), for lists in pages.
std::optional<std::string> parseNextLink(std::string_view header);

} // namespace lamella::registry
