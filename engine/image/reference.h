// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lamella::image {

/// True for a name that an image may have: letters, digits and -._:@/+ between them (image-spec, annotations.md,
/// org.opencontainers.image.ref.name), 255 bytes at most.
bool isReference(std::string_view name);

/// The name as it is kept: with ":latest" where it has neither tag nor digest.
std::string withTag(std::string_view name);

} // namespace lamella::image
