// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <set>
#include <string>
#include <string_view>

namespace lamella::image {

struct Descriptor;
struct Index;

/// What an image is for: image-index.md, "platform".
struct Platform {
    std::string architecture = {}; ///< GOARCH; empty: this machine's
    std::string os = "linux";
    std::string variant = {}; ///< of the architecture: "v7"; empty: whatever there is

    friend bool operator==(const Platform&, const Platform&) = default;
};

/// The platform with this machine's architecture where none was named.
Platform orOwn(Platform platform);

/// "linux/arm/v7".
std::string textOf(const Platform& platform);

/// Reads what textOf() writes. Errors: InvalidArgument.
Result<Platform> parsePlatform(std::string_view text);

/// True where what `made` names was made for `wanted`, or for an older processor of its kind. What `made` leaves empty
/// fits.
bool fits(const Platform& made, const Platform& wanted);

/// Whether this machine runs programs of the platform by itself. Errors: Unsupported.
Result<void> checkRunsHere(const Platform& platform);

/// The entry of an index for a platform; where a processor runs what older ones do, the newest that it runs. An index
/// with a single entry that says nothing of a platform has it for all. Nothing where there is none.
const Descriptor* choose(const Index& index, const Platform& platform);

/// "the layout has no image for linux/amd64; there are: linux/arm64". `others` are foreign texts.
Error noImageFor(std::string_view what, const Platform& platform, const std::set<std::string>& others);

} // namespace lamella::image
