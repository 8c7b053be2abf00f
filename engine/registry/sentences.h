// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/error.h"
#include "engine/registry/name.h"

#include <string>
#include <string_view>

/// What a person reads when a registry does not do what it was asked for.
namespace lamella::registry {

/// The name up to the repository: "docker.io/library/debian".
std::string subjectOf(const Name& name);

/// A foreign text for a sentence: printable ASCII, and not much of it.
std::string printable(std::string_view text, std::size_t most = 200);

/// What an HTTP status that is an error means for `what` ("tag 13", "blob sha256:…"). `answer` is the body, of which
/// the registry's own words are taken.
Error statusError(const Name& name, std::string_view what, int status, std::string_view answer);

} // namespace lamella::registry
