// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/image/layer_request.h"

#include <nlohmann/json_fwd.hpp>

/// What lamella-worker does with a layer's blob, on the descriptors that it was started with (worker_main.cpp).
namespace lamella::image {

inline constexpr BorrowedFd kWorkerReport{3};
inline constexpr int kWorkerInput = 4;

/// One JSON document on a line.
Result<void> tellParent(const nlohmann::json& message);

/// Gives up what is not needed to create files, and unpacks the layer. One thread reads, decompresses and hashes, and
/// another writes the files. It may go on after an error; the process must end then.
Result<nlohmann::json> unpackConfined(const LayerRequest& request);

/// Gives up all rights, and computes the digests.
Result<nlohmann::json> hashConfined(const LayerRequest& request);

} // namespace lamella::image
