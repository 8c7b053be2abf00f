// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/spec.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <variant>

/// The requests of protocol.h as types. What comes is checked for type, range and unknown members before it is one of
/// these.
namespace lamella::shim {

struct StateRequest { };
struct KillRequest {
    int signal = 0;
    bool all = false;
};
struct PauseRequest { };
struct ResumeRequest { };
struct ExecRequest {
    oci::Process process;
};
struct AttachRequest { };
struct ResizeRequest {
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
};
struct HangupRequest {
    unsigned exec = 0;
};

using Request = std::variant<StateRequest, KillRequest, PauseRequest, ResumeRequest, ExecRequest, AttachRequest,
                             ResizeRequest, HangupRequest>;

/// The request's serial, 0 where it has none that is valid: then only an error can answer it.
std::uint64_t serialOf(const nlohmann::json& message);

/// Errors: InvalidArgument, which names the member that is missing, wrong or too much.
Result<Request> parseRequest(const nlohmann::json& message);

} // namespace lamella::shim
