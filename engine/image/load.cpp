// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/load.h"

#include "engine/image/limits.h"
#include "engine/image/reference.h"
#include "engine/layer/digest.h"

#include <algorithm>
#include <format>

namespace lamella::image {

Load::Load(ImageStore::Private& store, BorrowedFd layout, uid_t owner, const ProgressSink& progress,
           std::stop_token stop)
    : m_store(store)
    , m_layout(layout)
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
}

Result<std::vector<std::string>> Load::run()
{
    tell("Reading the layout", {});
    TRY(m_store.directories.prepare());
    for (auto& found : TRY(m_store.worker.readLayout(m_layout, m_owner, m_stop)))
        m_images.push_back(wanted(std::move(found)));
    m_store.step("read");
    pin();
    TRY(checkSpace());
    TRY(unpackAll());
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
    for (const auto& reference : found.references)
        image.references.push_back(withTag(reference));
    const auto& config = found.config;
    image.created = config.created;
    image.architecture = config.architecture;
    image.os = config.os;
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

// An archive is never larger than what it becomes, by much: when not even the blobs fit, there is no need to begin.
Result<void> Load::checkSpace()
{
    Bytes needed;
    std::set<std::string> counted;
    for (const auto& [found, row] : m_images) {
        for (std::size_t i = 0; i < found.layers.size(); ++i) {
            const auto& chainId = row.image.layers[i].chainId;
            const bool there = TRY(isThere(chainId));
            if ((there && TRY(isOwned(chainId))) || !counted.insert(chainId).second)
                continue;
            m_total += found.layers[i].size;
            if (!there)
                needed += found.layers[i].size;
        }
    }
    const auto available = TRY(m_store.directories.freeSpace());
    if (needed + limits::kFreeSpace > Bytes{available} && needed > Bytes{}) {
        return failure(ErrorKind::NoSpace,
                       std::format("the image needs at least {} bytes and the disk has {} left",
                                   (needed + limits::kFreeSpace).value, available));
    }
    return {};
}

Result<void> Load::unpackAll()
{
    for (auto& image : m_images) {
        for (std::size_t position = 0; position < image.found.layers.size(); ++position) {
            TRY_WITHIN(std::format("layer {} of {}", position + 1, image.found.layers.size()),
                       ensureLayer(image, position));
        }
    }
    return {};
}

Result<bool> Load::isThere(const std::string& chainId) const
{
    auto connection = m_store.database.lock();
    return TRY(rows::hasLayer(connection, chainId)) && m_store.directories.has(chainId);
}

Result<bool> Load::isOwned(const std::string& chainId) const
{
    auto connection = m_store.database.lock();
    return rows::ownsLayer(connection, m_owner, chainId);
}

// Waits while another load unpacks the layer. True when it is this load's to unpack now.
Result<bool> Load::claim(const std::string& chainId)
{
    std::unique_lock lock{m_store.mutex};
    const bool free = m_store.unpackingEnded.wait(lock, m_stop, [&] { return !m_store.unpacking.contains(chainId); });
    if (!free || m_stop.stop_requested())
        return failure(ErrorKind::Cancelled, "the load was cancelled");
    if (TRY(isThere(chainId)))
        return false;
    m_store.unpacking.insert(chainId);
    return true;
}

void Load::release(const std::string& chainId)
{
    {
        const std::lock_guard lock{m_store.mutex};
        m_store.unpacking.erase(chainId);
    }
    m_store.unpackingEnded.notify_all();
}

Result<void> Load::ensureLayer(Wanted& image, std::size_t position)
{
    const auto& chainId = image.row.image.layers[position].chainId;
    if (TRY(claim(chainId))) {
        auto done = unpack(image, position);
        release(chainId);
        TRY(std::move(done));
    } else {
        if (m_proven.contains(chainId) || TRY(isOwned(chainId)))
            return {};
        TRY(verify(image, position));
    }
    m_proven.insert(chainId);
    m_done += image.found.layers[position].size;
    return {};
}

// Layers are shared by content, and a digest is no secret: who only knows that another user has a layer must not get to
// read it. The layers below have been proven before.
Result<void> Load::verify(const Wanted& image, std::size_t position) const
{
    const auto& blob = image.found.layers[position];
    const auto stage = std::format("Checking layer {} of {}", position + 1, image.found.layers.size());
    tell(stage, {});
    const auto progress = [&](Bytes done) { tell(stage, done); };
    const auto hashed = TRY(m_store.worker.hash({m_layout, m_owner, blob, limits::kUnpackedLayer}, progress, m_stop));
    return checkDigests(blob, image.row.image.layers[position], hashed);
}

Result<void> Load::unpack(Wanted& image, std::size_t position)
{
    const auto& blob = image.found.layers[position];
    auto& layer = image.row.image.layers[position];
    const auto stage = std::format("Unpacking layer {} of {}", position + 1, image.found.layers.size());
    tell(stage, {});
    auto staged = TRY(m_store.directories.stage());
    m_store.step("staged");
    const auto available = TRY(m_store.directories.freeSpace());
    const Bytes room{available - std::min(available, limits::kFreeSpace.value)};
    const Worker::LayerBlob request{m_layout, m_owner, blob, std::min(room, limits::kUnpackedLayer)};
    const auto progress = [&](Bytes done) {
        tell(stage, done);
        m_store.step("unpacking");
    };
    const auto unpacked = TRY(m_store.worker.unpack(request, staged.diff(), progress, m_stop));
    m_store.step("unpacked");
    TRY(checkDigests(blob, layer, unpacked));
    std::vector<std::filesystem::path> below;
    for (std::size_t i = 0; i < position; ++i)
        below.push_back(m_store.directories.diff(image.row.image.layers[i].chainId));
    TRY(staged.complete(unpacked.extracted, below));
    TRY(staged.sync());
    m_store.step("synced");
    TRY(staged.publish(layer.chainId));
    m_store.step("published");
    layer.size = unpacked.extracted.size;
    auto connection = m_store.database.lock();
    TRY(rows::addLayer(connection, layer, unpacked.extracted.entries));
    m_store.step("layer recorded");
    return {};
}

Result<void> Load::checkDigests(const Descriptor& blob, const Layer& layer, const UnpackedLayer& unpacked) const
{
    if (unpacked.blobDigest != blob.digest)
        return failure(ErrorKind::DigestMismatch,
                       std::format("the blob {} has other content than its name says", blob.digest));
    if (unpacked.diffId != layer.diffId) {
        return failure(ErrorKind::DigestMismatch,
                       std::format("the blob {} is not the layer {} that the config names", blob.digest, layer.diffId));
    }
    return {};
}

Result<void> Load::record()
{
    for (const auto& [found, row] : m_images) {
        TRY(m_store.directories.writeBlob(row.image.id, found.configText));
        TRY(m_store.directories.writeBlob(row.manifest, found.manifestText));
    }
    m_store.step("documents written");
    auto connection = m_store.database.lock();
    auto transaction = TRY(db::Transaction::begin(connection));
    for (const auto& image : m_images)
        TRY(rows::addImage(connection, image.row));
    const auto have = TRY(rows::count(connection, m_owner));
    if (have.images > limits::kImagesOfOneUser || have.references > limits::kReferencesOfOneUser) {
        return failure(ErrorKind::LimitExceeded,
                       std::format("a user may have {} images with {} names: remove some first",
                                   limits::kImagesOfOneUser, limits::kReferencesOfOneUser));
    }
    m_store.step("before the commit");
    return transaction.commit();
}

void Load::tell(std::string stage, Bytes done) const
{
    if (m_progress)
        m_progress({std::move(stage), m_done + done, m_total});
}

} // namespace lamella::image
