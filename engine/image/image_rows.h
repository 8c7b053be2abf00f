// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/db/database.h"
#include "engine/image/image_store.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The rows of images, layers and references. The caller holds the connection, and begins transactions.
namespace lamella::image::rows {

struct NewImage {
    Image image;
    std::string manifest; ///< digest
    std::string manifestType{};
    std::vector<LayerBlob> blobs{}; ///< as many as layers
};

Result<std::vector<Image>> all(db::Connection& connection);
Result<std::vector<Image>> of(db::Connection& connection, uid_t owner);

/// How much a user has.
struct Count {
    std::uint64_t images = 0;
    std::uint64_t references = 0;
};
Result<Count> count(db::Connection& connection, uid_t owner);
Result<bool> hasLayer(db::Connection& connection, const std::string& chainId);

/// True when an image of this user has the layer.
Result<bool> ownsLayer(db::Connection& connection, uid_t owner, const std::string& chainId);
Result<void> addLayer(db::Connection& connection, const Layer& layer, std::uint64_t entries);

/// Adds the image where it is not known, that `owner` has it, and his references, which leave the images that they
/// named. Errors: AlreadyExists (the image is known with other settings or layers).
Result<void> addImage(db::Connection& connection, const NewImage& image);

/// Errors: NotFound (the user has no such image).
Result<void> checkOwner(db::Connection& connection, const std::string& id, uid_t owner);

/// Errors: LimitExceeded (the user has more images or names than he may).
Result<void> checkCount(db::Connection& connection, uid_t owner, const Limits& limits);

/// Gives the user's image a name, which leaves the image that it named.
Result<void> addReference(db::Connection& connection, uid_t owner, const std::string& name, const std::string& id);

/// Errors: NotFound.
Result<void> removeReference(db::Connection& connection, uid_t owner, const std::string& name);

/// The digest of the image's manifest; its type and blobs are written to `documents`.
Result<std::string> manifest(db::Connection& connection, const std::string& id, ImageDocuments& documents);

/// The images that containers of the user are made of, those in the trash as well.
Result<std::set<std::string>> inUse(db::Connection& connection, uid_t owner);

/// Errors: NotFound, Busy (containers are made of it).
Result<void> removeOwner(db::Connection& connection, const std::string& id, uid_t owner);

/// Removes images that nobody has, and layers of no image besides `kept`; the chainIDs of those.
Result<std::vector<std::string>> removeUnused(db::Connection& connection, const std::set<std::string>& kept);

Result<std::map<std::string, std::string>> layers(db::Connection& connection);

/// Digests of the documents that images refer to.
Result<std::set<std::string>> blobs(db::Connection& connection);

} // namespace lamella::image::rows
