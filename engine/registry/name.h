// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>

namespace lamella::registry {

/// An image in a registry, as the distribution specification names it.
struct Name {
    std::string registry; ///< host with its port, if it has one: "docker.io", "localhost:5000", "[::1]:5000"
    std::string repository; ///< "library/debian"
    std::string tag; ///< empty where there is a digest alone
    std::string digest; ///< "sha256:…"; decides where there is a tag as well

    bool operator==(const Name&) const = default;
};

/// Reads what people write: "debian" is docker.io/library/debian:latest. The grammar is the one of distribution's
/// reference, with SHA-256 as the only digest. Errors: InvalidArgument, Unsupported (another digest).
Result<Name> parseName(std::string_view text);

/// Reads a registry ("docker.io", "localhost:5000"), or a part of one ("quay.io/team"), of which only the registry
/// counts: a name at it, for what is asked of no image. Errors: InvalidArgument.
Result<Name> parseRegistry(std::string_view text);

/// The name with nothing left out; parseName() of it is the same name.
std::string canonicalText(const Name& name);

/// What the registry's HTTP interface calls the image: the digest, else the tag.
std::string_view referenceOf(const Name& name);

/// The host that is asked for a registry: docker.io's is another one than its name.
std::string endpointHost(std::string_view registry);

/// True for a host (with or without a port) that is this machine by its name or address: "localhost", 127.0.0.0/8,
/// [::1].
bool isLoopback(std::string_view host);

/// True for a host, with or without a port, as it may stand in a name.
bool isHost(std::string_view text);
/// True for what distribution-spec allows as a repository's name or a tag.
bool isRepository(std::string_view text);
bool isTag(std::string_view text);

} // namespace lamella::registry
