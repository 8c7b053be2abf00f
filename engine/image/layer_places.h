// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/db/database.h"
#include "engine/image/image_store.h"

#include <string>
#include <vector>

/// The rows of where layers came from and went to. The caller holds the connection.
namespace lamella::image::rows {

/// Remembers it for `owner`, as the latest; of one layer the latest few are kept.
Result<void> addPlace(db::Connection& connection, uid_t owner, const std::string& diffId, const LayerPlace& place);

/// What `owner` knows of a layer in a registry, the latest first.
Result<std::vector<LayerPlace>> places(db::Connection& connection, uid_t owner, const std::string& diffId,
                                       const std::string& registry);

/// True where a blob was seen to be the layer by what `owner` pulled or pushed.
Result<bool> isKnownBlob(db::Connection& connection, uid_t owner, const std::string& diffId, const std::string& digest);

/// Removes what is known of layers that no image of the same user has.
Result<void> removeUnusedPlaces(db::Connection& connection);

} // namespace lamella::image::rows
