// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace lamella::image {

/// Starts `program` with `arguments`, an empty environment, the report's socket as descriptor 3 and `descriptors` from
/// 4 on, and returns what it reports as its result. Errors: what it reports; Cancelled; Failed when it ends without a
/// word.
Result<nlohmann::json> runWorker(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                 std::span<const BorrowedFd> descriptors,
                                 const std::function<void(std::uint64_t)>& progress, std::stop_token stop);

} // namespace lamella::image
