// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_places.h"

#include "engine/image/image_store_private.h"
#include "engine/image/limits.h"

namespace lamella::image {

namespace rows {

Result<void> addPlace(db::Connection& connection, uid_t owner, const std::string& diffId, const LayerPlace& place)
{
    // A row that is replaced gets a new number.
    TRY(connection.run(
        "INSERT OR REPLACE INTO layer_places"
        " (owner, diff_id, registry, repository, digest, bytes, compression) VALUES (?, ?, ?, ?, ?, ?, ?)",
        owner, diffId, place.registry, place.repository, place.blob.digest, place.blob.size.value,
        static_cast<int>(place.blob.compression)));
    return connection.run("DELETE FROM layer_places WHERE owner = ?1 AND diff_id = ?2 AND number NOT IN"
                          " (SELECT number FROM layer_places WHERE owner = ?1 AND diff_id = ?2"
                          "  ORDER BY number DESC LIMIT ?3)",
                          owner, diffId, limits::kPlacesOfOneLayer);
}

Result<std::vector<LayerPlace>> places(db::Connection& connection, uid_t owner, const std::string& diffId,
                                       const std::string& registry)
{
    auto rows = TRY(connection.prepare("SELECT repository, digest, bytes, compression FROM layer_places"
                                       " WHERE owner = ? AND diff_id = ? AND registry = ? ORDER BY number DESC",
                                       owner, diffId, registry));
    std::vector<LayerPlace> places;
    while (TRY(rows.step())) {
        places.push_back({registry,
                          rows.text(0),
                          {rows.text(1),
                           {static_cast<std::uint64_t>(rows.integer(2))},
                           static_cast<layer::Compression>(rows.integer(3))}});
    }
    return places;
}

Result<bool> isKnownBlob(db::Connection& connection, uid_t owner, const std::string& diffId, const std::string& digest)
{
    return TRY(connection.prepare("SELECT 1 FROM layer_places WHERE owner = ? AND diff_id = ? AND digest = ?", owner,
                                  diffId, digest))
        .step();
}

Result<void> removeUnusedPlaces(db::Connection& connection)
{
    return connection.run("DELETE FROM layer_places WHERE (owner, diff_id) NOT IN"
                          " (SELECT owner, diff_id FROM image_owners JOIN image_layers USING (image)"
                          "  JOIN layers USING (chain_id))");
}

} // namespace rows

Result<std::vector<LayerPlace>> ImageStore::layerPlaces(uid_t owner, const std::string& diffId,
                                                        const std::string& registry) const
{
    auto connection = d->database.lock();
    return rows::places(connection, owner, diffId, registry);
}

Result<void> ImageStore::addLayerPlace(uid_t owner, const std::string& diffId, const LayerPlace& place)
{
    auto connection = d->database.lock();
    return rows::addPlace(connection, owner, diffId, place);
}

} // namespace lamella::image
