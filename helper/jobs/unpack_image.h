// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "helper/objects/services.h"

#include <functional>

namespace lamella::helper {

/// Waits until the image's files are there, as a job of its owner's, which says how far it has come and can be
/// cancelled; then calls `done`. Main thread only. Errors that `done` gets: LimitExceeded, those of
/// ImageStore::unpack().
void unpackImage(Services& services, const image::Image& image, std::function<void(const Result<void>&)> done);

} // namespace lamella::helper
