// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace lamella {

/// Parses a JSON document of at most `limit` bytes; `what` names it in the error ("config.json of …").
/// Errors: InvalidArgument (not JSON), LimitExceeded (too long).
Result<nlohmann::json> parseJson(std::string_view text, std::string_view what, std::size_t limit = 4u << 20);

} // namespace lamella
