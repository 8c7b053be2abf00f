// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string>
#include <utility>
#include <vector>

namespace lamella::runtime::cli {

/// The document of linux.resources that the single options of `update` stand for: {"memory", "64m"} is
/// {"memory":{"limit":67108864}}. Errors: InvalidArgument.
Result<std::string> resourcesDocument(const std::vector<std::pair<std::string, std::string>>& settings);

} // namespace lamella::runtime::cli
