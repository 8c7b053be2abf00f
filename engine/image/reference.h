// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lamella::image {

/// True for a name that an image may have: letters, digits and -._:@/+ between them (image-spec, annotations.md,
/// org.opencontainers.image.ref.name), 1024 bytes at most. The host before the first slash may be an address in
/// brackets, and a tag may end in one of -._, as registries' names do.
bool isReference(std::string_view name);

/// True where the part of a name before its first slash is a registry, and no repository: "quay.io", "localhost:5000".
bool namesRegistry(std::string_view first);

/// The name as it is kept, with nothing left out: "debian" is "docker.io/library/debian:latest".
std::string canonicalReference(std::string_view name);

} // namespace lamella::image
