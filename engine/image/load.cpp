// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/load.h"

#include "engine/image/layer_loads.h"
#include "engine/image/layer_places.h"
#include "engine/image/limit_checks.h"
#include "engine/image/reference.h"
#include "engine/layer/digest.h"

#include <algorithm>
#include <format>

namespace lamella::image {

namespace {

/// True also of a name without a digest.
bool hasDigest(std::string_view reference, std::string_view digest)
{
    const auto at = reference.find('@');
    return at == std::string_view::npos || reference.substr(at + 1) == digest;
}

} // namespace

Load::Load(ImageStore::Private& store, ImportSource& source, uid_t owner, const ProgressSink& progress,
           std::stop_token stop)
    : m_store(store)
    , m_source(source)
    , m_owner(owner)
    , m_progress(progress)
    , m_stop(std::move(stop))
{
}

Load::~Load()
{
    {
        const std::lock_guard lock{m_store.mutex};
        for (const auto& pin : m_pins)
            m_store.pinned.erase(m_store.pinned.find(pin));
    }
    if (!m_succeeded && !m_pins.empty())
        std::ignore = m_store.collect();
    m_store.unsynced.begin();
}

Result<std::vector<std::string>> Load::run()
{
    m_progress.tell("Reading what is to be loaded");
    TRY(m_store.directories.prepare());
    for (auto& found : TRY(m_source.images(m_store.worker, m_stop))) {
        TRY(checkImage(found, m_store.limits));
        m_images.push_back(wanted(std::move(found)));
    }
    m_store.step("read");
    pin();
    TRY(bringLayers());
    for (const auto& [found, row] : m_images) {
        if (!m_source.repository()) // what it came from may go now
            TRY(m_store.unsynced.sync(row.image.layers));
    }
    TRY(record());
    m_succeeded = true;
    m_store.step("recorded");
    std::vector<std::string> ids;
    for (const auto& image : m_images)
        ids.push_back(image.row.image.id);
    return ids;
}

// The digests are computed here, from the documents themselves.
Load::Wanted Load::wanted(FoundImage found) const
{
    Wanted result;
    auto& image = result.row.image;
    result.row.manifest = layer::digestOf(found.manifestText);
    image.id = layer::digestOf(found.configText);
    image.owner = m_owner;
    for (const auto& reference : found.references) {
        // A registry is asked for what has a digest, but an archive may say what it likes.
        if (m_source.repository() || hasDigest(reference, result.row.manifest))
            image.references.push_back(canonicalReference(reference));
    }
    const auto& config = found.config;
    image.created = config.created;
    image.platform = config.platform;
    image.entrypoint = config.entrypoint;
    image.cmd = config.cmd;
    image.env = config.env;
    image.workingDir = config.workingDir;
    image.user = config.user;
    image.stopSignal = config.stopSignal;
    for (std::size_t i = 0; i < config.diffIds.size(); ++i) {
        const auto below = i == 0 ? std::string{} : image.layers.back().chainId;
        image.layers.push_back({config.diffIds[i],
                                layer::chainId(below, config.diffIds[i]),
                                {},
                                config.history[i].created,
                                config.history[i].createdBy});
    }
    result.row.manifestType = found.isDocker ? kDockerManifestType : kManifestType;
    for (const auto& blob : found.layers)
        result.row.blobs.push_back({blob.digest, blob.size, blob.compression});
    result.found = std::move(found);
    return result;
}

void Load::pin()
{
    for (const auto& [found, row] : m_images) {
        m_pins.push_back(row.manifest);
        m_pins.push_back(row.image.id);
        for (const auto& layer : row.image.layers)
            m_pins.push_back(layer.chainId);
    }
    const std::lock_guard lock{m_store.mutex};
    m_store.pinned.insert(m_pins.begin(), m_pins.end());
}

Result<void> Load::bringLayers()
{
    LayerLoads layers{m_store, m_source, m_owner, m_progress};
    for (auto& [found, row] : m_images)
        TRY(layers.add(found, row.image));
    TRY(checkSpace(layers.needed()));
    TRY(layers.run(m_stop));
    m_seen = layers.read();
    return {};
}

// An archive is never larger than what it becomes, by much: when not even the blobs fit, there is no need to begin.
Result<void> Load::checkSpace(Bytes needed) const
{
    const auto room = TRY(m_store.directories.room());
    if (needed > room) {
        return failure(
            ErrorKind::NoSpace,
            std::format("the image needs at least {} bytes and the disk has {} left for it", needed.value, room.value));
    }
    return {};
}

Result<void> Load::record()
{
    std::vector<std::pair<std::string, std::string_view>> documents;
    for (const auto& [found, row] : m_images) {
        documents.emplace_back(row.image.id, found.configText);
        documents.emplace_back(row.manifest, found.manifestText);
    }
    TRY(m_store.directories.writeBlobs(documents));
    m_store.step("documents written");
    auto connection = m_store.database.lock();
    auto transaction = TRY(db::Transaction::begin(connection));
    for (const auto& image : m_images) {
        TRY(rows::addImage(connection, image.row));
        TRY(recordPlaces(connection, image));
    }
    TRY(rows::checkCount(connection, m_owner, m_store.limits));
    m_store.step("before the commit");
    return transaction.commit();
}

// Only what was read is known to be the layer: that a manifest names a blob in its place proves nothing.
Result<void> Load::recordPlaces(db::Connection& connection, const Wanted& wanted) const
{
    const auto from = m_source.repository();
    if (!from)
        return {};
    for (std::size_t i = 0; i < wanted.row.blobs.size(); ++i) {
        const auto& diffId = wanted.row.image.layers[i].diffId;
        const auto& blob = wanted.row.blobs[i];
        if (m_seen.contains({diffId, blob.digest}) || TRY(rows::isKnownBlob(connection, m_owner, diffId, blob.digest)))
            TRY(rows::addPlace(connection, m_owner, diffId, {from->registry, from->name, blob}));
    }
    return {};
}

} // namespace lamella::image
