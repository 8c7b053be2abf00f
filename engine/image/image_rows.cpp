// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/image_rows.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/layer_places.h"
#include "engine/image/limits.h"

#include <algorithm>
#include <format>

namespace lamella::image::rows {

namespace {

using std::chrono::microseconds;

// The part of the config that no query asks for, in a form of our own.
std::string settingsText(const Image& image)
{
    return nlohmann::json{
        {"entrypoint", image.entrypoint}, {"cmd", image.cmd},   {"env", image.env},
        {"workingDir", image.workingDir}, {"user", image.user}, {"stopSignal", image.stopSignal},
    }
        .dump();
}

Result<void> readSettings(Image& image, std::string_view text)
{
    const auto document = TRY(parseJson(text, "the settings of an image", limits::kDocuments.value));
    const auto fields = TRY(Fields::of(document, "the settings of an image"));
    image.entrypoint = TRY(fields.texts("entrypoint", limits::kStored, limits::kText));
    image.cmd = TRY(fields.texts("cmd", limits::kStored, limits::kText));
    image.env = TRY(fields.texts("env", limits::kStored, limits::kText));
    image.workingDir = TRY(fields.text("workingDir", limits::kText));
    image.user = TRY(fields.text("user", limits::kText));
    image.stopSignal = TRY(fields.text("stopSignal", limits::kText));
    return {};
}

Result<std::vector<Layer>> layersOf(db::Connection& connection, const std::string& id)
{
    auto rows = TRY(connection.prepare(
        "SELECT diff_id, chain_id, bytes, created, created_by FROM image_layers JOIN layers USING (chain_id)"
        " WHERE image = ? ORDER BY position",
        id));
    std::vector<Layer> layers;
    while (TRY(rows.step())) {
        layers.push_back({rows.text(0),
                          rows.text(1),
                          {static_cast<std::uint64_t>(rows.integer(2))},
                          microseconds{rows.integer(3)},
                          rows.text(4)});
    }
    return layers;
}

Result<std::vector<std::string>> texts(db::Statement rows)
{
    std::vector<std::string> texts;
    while (TRY(rows.step()))
        texts.push_back(rows.text(0));
    return texts;
}

// `rows`: id, owner, created, architecture, os, variant, config.
Result<std::vector<Image>> read(db::Connection& connection, db::Statement rows)
{
    std::vector<Image> images;
    while (TRY(rows.step())) {
        Image image;
        image.id = rows.text(0);
        image.owner = static_cast<uid_t>(rows.integer(1));
        image.created = microseconds{rows.integer(2)};
        image.platform = {rows.text(3), rows.text(4), rows.text(5)};
        TRY(readSettings(image, rows.text(6)));
        image.layers = TRY(layersOf(connection, image.id));
        image.references = TRY(texts(TRY(connection.prepare(
            "SELECT name FROM image_references WHERE image = ? AND owner = ? ORDER BY name", image.id, image.owner))));
        images.push_back(std::move(image));
    }
    return images;
}

Result<void> insertImage(db::Connection& connection, const NewImage& added)
{
    const auto& image = added.image;
    TRY(connection.run("INSERT INTO images (id, manifest, manifest_type, created, architecture, os, variant, config)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       image.id, added.manifest, added.manifestType, image.created.count(), image.platform.architecture,
                       image.platform.os, image.platform.variant, settingsText(image)));
    for (std::size_t position = 0; position < image.layers.size(); ++position) {
        const auto& layer = image.layers[position];
        const auto& blob = added.blobs[position];
        TRY(connection.run("INSERT INTO image_layers"
                           " (image, position, chain_id, created, created_by, blob, blob_bytes, compression)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           image.id, position, layer.chainId, layer.created.count(), layer.createdBy, blob.digest,
                           blob.size.value, static_cast<int>(blob.compression)));
    }
    return {};
}

bool isSameLayer(const Layer& one, const Layer& other)
{
    return one.chainId == other.chainId && one.created == other.created && one.createdBy == other.createdBy;
}

// True where `row` (created, architecture, os, variant, config) says of the image what `image` does. The ID is of the
// config's bytes, but what was read in them is what a worker said, now and then: one of the two may have been taken
// over by what it read, and what one user's worker said must not become another's image.
Result<bool> isSame(db::Connection& connection, const db::Statement& row, const Image& image)
{
    const auto layers = TRY(layersOf(connection, image.id));
    const auto& platform = image.platform;
    const bool isSameVariant = row.text(3).empty() || row.text(3) == platform.variant; // older versions kept none
    return microseconds{row.integer(0)} == image.created && row.text(1) == platform.architecture
        && row.text(2) == platform.os && isSameVariant && row.text(4) == settingsText(image)
        && std::ranges::equal(layers, image.layers, isSameLayer);
}

Result<void> insertOrCompare(db::Connection& connection, const NewImage& added)
{
    const auto& id = added.image.id;
    auto row
        = TRY(connection.prepare("SELECT created, architecture, os, variant, config FROM images WHERE id = ?", id));
    if (!TRY(row.step()))
        return insertImage(connection, added);
    if (!TRY(isSame(connection, row, added.image))) {
        return failure(ErrorKind::AlreadyExists,
                       std::format("the image {} is here already, with other settings or layers than were read now:"
                                   " one of the two readings is wrong, so whoever has it must remove it first",
                                   id));
    }
    return {};
}

// The first few containers that are made of the image.
Result<std::string> namesOfUsers(db::Connection& connection, const std::string& id, uid_t owner)
{
    constexpr std::size_t kNamed = 5;
    const auto names
        = TRY(texts(TRY(connection.prepare("SELECT name, 0 AS removed FROM containers WHERE image = ? AND owner = ?"
                                           " UNION ALL SELECT name || ' (in the trash)', 1 FROM trash WHERE image = ? "
                                           "AND owner = ? ORDER BY removed, name",
                                           id, owner, id, owner))));
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
        list += (i == 0 ? "" : ", ") + names[i];
    return names.size() <= kNamed ? list : std::format("{} and {} more", list, names.size() - kNamed);
}

Result<std::uint64_t> number(db::Statement row)
{
    TRY(row.step());
    return static_cast<std::uint64_t>(row.integer(0));
}

} // namespace

Result<std::vector<Image>> all(db::Connection& connection)
{
    return read(connection,
                TRY(connection.prepare("SELECT id, owner, created, architecture, os, variant, config FROM images"
                                       " JOIN image_owners ON image = id ORDER BY owner, created DESC, id")));
}

Result<std::vector<Image>> of(db::Connection& connection, uid_t owner)
{
    return read(connection,
                TRY(connection.prepare("SELECT id, owner, created, architecture, os, variant, config FROM images"
                                       " JOIN image_owners ON image = id WHERE owner = ? ORDER BY created DESC, id",
                                       owner)));
}

Result<Count> count(db::Connection& connection, uid_t owner)
{
    return Count{
        TRY(number(TRY(connection.prepare("SELECT count(*) FROM image_owners WHERE owner = ?", owner)))),
        TRY(number(TRY(connection.prepare("SELECT count(*) FROM image_references WHERE owner = ?", owner)))),
    };
}

Result<bool> hasLayer(db::Connection& connection, const std::string& chainId)
{
    return TRY(connection.prepare("SELECT 1 FROM layers WHERE chain_id = ?", chainId)).step();
}

Result<bool> ownsLayer(db::Connection& connection, uid_t owner, const std::string& chainId)
{
    return TRY(connection.prepare("SELECT 1 FROM image_layers JOIN image_owners USING (image)"
                                  " WHERE chain_id = ? AND owner = ?",
                                  chainId, owner))
        .step();
}

Result<void> addLayer(db::Connection& connection, const Layer& layer, std::uint64_t entries)
{
    // A row whose directory was lost is there already. Nobody refers to a new one yet: the image's rows are what waits
    // for the disk.
    return connection.runUnsynced(
        "INSERT INTO layers (chain_id, diff_id, bytes, entries) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (chain_id) DO UPDATE SET bytes = excluded.bytes, entries = excluded.entries",
        layer.chainId, layer.diffId, layer.size.value, entries);
}

Result<void> addImage(db::Connection& connection, const NewImage& added)
{
    const auto& image = added.image;
    TRY(insertOrCompare(connection, added));
    TRY(connection.run("INSERT INTO image_owners (image, owner) VALUES (?, ?) ON CONFLICT DO NOTHING", image.id,
                       image.owner));
    for (const auto& name : image.references)
        TRY(addReference(connection, image.owner, name, image.id));
    return {};
}

Result<void> addReference(db::Connection& connection, uid_t owner, const std::string& name, const std::string& id)
{
    return connection.run("INSERT INTO image_references (owner, name, image) VALUES (?, ?, ?)"
                          " ON CONFLICT (owner, name) DO UPDATE SET image = excluded.image",
                          owner, name, id);
}

Result<void> removeReference(db::Connection& connection, uid_t owner, const std::string& name)
{
    TRY(connection.run("DELETE FROM image_references WHERE owner = ? AND name = ?", owner, name));
    if (connection.changes() == 0)
        return failure(ErrorKind::NotFound, std::format("no image has the name {}", name));
    return {};
}

Result<void> checkOwner(db::Connection& connection, const std::string& id, uid_t owner)
{
    auto row = TRY(connection.prepare("SELECT 1 FROM image_owners WHERE image = ? AND owner = ?", id, owner));
    if (!TRY(row.step()))
        return failure(ErrorKind::NotFound, std::format("there is no image {}", id));
    return {};
}

Result<void> checkCount(db::Connection& connection, uid_t owner, const Limits& limits)
{
    const auto have = TRY(count(connection, owner));
    if (have.images > limits.imagesOfOneUser || have.references > limits.referencesOfOneUser) {
        return failure(ErrorKind::LimitExceeded,
                       std::format("a user may have {} images with {} names: remove some first, or have images_per_user"
                                   " and references_per_user changed",
                                   limits.imagesOfOneUser, limits.referencesOfOneUser));
    }
    return {};
}

Result<std::string> manifest(db::Connection& connection, const std::string& id, ImageDocuments& documents)
{
    auto row = TRY(connection.prepare("SELECT manifest, manifest_type FROM images WHERE id = ?", id));
    if (!TRY(row.step()))
        return failure(ErrorKind::NotFound, std::format("there is no image {}", id));
    documents.manifestType = row.text(1);
    if (documents.manifestType.empty())
        return row.text(0);
    auto blobs = TRY(connection.prepare(
        "SELECT blob, blob_bytes, compression FROM image_layers WHERE image = ? ORDER BY position", id));
    while (TRY(blobs.step())) {
        documents.blobs.push_back({blobs.text(0),
                                   {static_cast<std::uint64_t>(blobs.integer(1))},
                                   static_cast<layer::Compression>(blobs.integer(2))});
    }
    return row.text(0);
}

Result<std::set<std::string>> inUse(db::Connection& connection, uid_t owner)
{
    const auto found = TRY(texts(TRY(connection.prepare(
        "SELECT image FROM containers WHERE owner = ? UNION SELECT image FROM trash WHERE owner = ?", owner, owner))));
    return std::set<std::string>(found.begin(), found.end());
}

Result<void> removeOwner(db::Connection& connection, const std::string& id, uid_t owner)
{
    auto removed = connection.run("DELETE FROM image_owners WHERE image = ? AND owner = ?", id, owner);
    if (!removed && removed.error().kind == ErrorKind::Busy)
        return failure(ErrorKind::Busy,
                       std::format("the image is in use by {}: remove what is made of it first, also from the trash",
                                   TRY(namesOfUsers(connection, id, owner))));
    TRY(std::move(removed));
    if (connection.changes() == 0)
        return failure(ErrorKind::NotFound, std::format("there is no image {}", id));
    return {};
}

Result<std::vector<std::string>> removeUnused(db::Connection& connection, const std::set<std::string>& kept)
{
    TRY(connection.run("DELETE FROM images WHERE id NOT IN (SELECT image FROM image_owners)"));
    TRY(removeUnusedPlaces(connection));
    auto unused = TRY(texts(TRY(
        connection.prepare("SELECT chain_id FROM layers WHERE chain_id NOT IN (SELECT chain_id FROM image_layers)"))));
    std::erase_if(unused, [&kept](const auto& chainId) { return kept.contains(chainId); });
    for (const auto& chainId : unused)
        TRY(connection.run("DELETE FROM layers WHERE chain_id = ?", chainId));
    return unused;
}

Result<std::map<std::string, std::string>> layers(db::Connection& connection)
{
    auto statement = TRY(connection.prepare("SELECT chain_id, diff_id FROM layers"));
    std::map<std::string, std::string> layers;
    while (TRY(statement.step()))
        layers.emplace(statement.text(0), statement.text(1));
    return layers;
}

Result<std::set<std::string>> blobs(db::Connection& connection)
{
    const auto found = TRY(texts(TRY(connection.prepare("SELECT id FROM images UNION SELECT manifest FROM images"))));
    return std::set<std::string>(found.begin(), found.end());
}

} // namespace lamella::image::rows
