// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/registry/access.h"
#include "engine/registry/name.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

/// What the helper and lamella-fetcher say to each other: one JSON document in each message of a SOCK_SEQPACKET pair,
/// with descriptors beside it (SCM_RIGHTS). Answers carry the number of their request; several may be under way.
namespace lamella::registry {

enum class Operation {
    Resolve, ///< answers with documents, as descriptors
    Blob, ///< with a descriptor that is written to
    Tags, ///< answers with a descriptor, one tag on each line
    Login, ///< asks the registry of the name whether it takes the login
    HasBlob,
    Mount,
    Upload, ///< with a descriptor that is read from
    PutManifest, ///< with a descriptor that is read from
    Cancel, ///< of the request `target`; has no answer
};

struct Request {
    std::uint64_t id = 0;
    Operation operation = Operation::Resolve;
    Name name;
    Access access;
    Platform platform;
    std::string digest; ///< of a blob
    Bytes size;
    std::string from; ///< the repository that a blob is mounted from
    std::string mediaType; ///< of a manifest
    std::uint64_t target = 0;
};

/// The message's text holds credentials: the caller wipes it.
std::string toMessage(const Request& request);
Result<Request> requestFromMessage(std::string_view message);

/// The number of a request that is not understood otherwise; 0 where it has none.
std::uint64_t idOfMessage(std::string_view message);

/// "What was being done to what: why"; with the error's kind.
nlohmann::json toJson(const Error& error);

} // namespace lamella::registry
