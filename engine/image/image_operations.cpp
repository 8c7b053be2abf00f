// SPDX-License-Identifier: GPL-3.0-or-later
// What a user does with the images that he has.
#include "engine/image/image_rows.h"
#include "engine/image/image_store_private.h"
#include "engine/image/image_usage.h"
#include "engine/image/limits.h"
#include "engine/image/pins.h"
#include "engine/image/reference.h"
#include "engine/os/file.h"

#include <algorithm>
#include <format>

namespace lamella::image {

Result<void> ImageStore::tag(uid_t owner, const std::string& id, const std::string& reference)
{
    if (!isReference(reference) || reference.contains('@'))
        return failure(ErrorKind::InvalidArgument, std::format("\"{}\" cannot be the name of an image", reference));
    auto connection = d->database.lock();
    auto transaction = TRY(db::Transaction::begin(connection));
    TRY(rows::checkOwner(connection, id, owner));
    TRY(rows::addReference(connection, owner, canonicalReference(reference), id));
    TRY(rows::checkCount(connection, owner, d->limits));
    return transaction.commit();
}

Result<void> ImageStore::untag(uid_t owner, const std::string& reference)
{
    auto connection = d->database.lock();
    return rows::removeReference(connection, owner, canonicalReference(reference));
}

Result<ImageDocuments> ImageStore::documents(uid_t owner, const std::string& id) const
{
    ImageDocuments documents;
    std::string manifest;
    {
        auto connection = d->database.lock();
        TRY(rows::checkOwner(connection, id, owner));
        manifest = TRY(rows::manifest(connection, id, documents));
    }
    documents.manifest = TRY(d->directories.readBlob(manifest));
    documents.config = TRY(d->directories.readBlob(id));
    return documents;
}

Result<std::shared_ptr<const void>> ImageStore::pin(const Image& image) const
{
    auto pins = std::make_shared<const Pins>(*d, neededBy({image}));
    auto connection = d->database.lock();
    TRY(rows::checkOwner(connection, image.id, image.owner)); // it may have been removed before it was pinned
    return pins;
}

Result<std::vector<HistoryEntry>> ImageStore::history(uid_t owner, const std::string& id, std::stop_token stop) const
{
    const auto image = TRY(find(owner, id));
    const auto config = TRY(d->directories.openBlob(image.id));
    auto history = TRY(d->worker.readHistory(config.borrow(), std::move(stop)));
    const auto hasLayer = [](const HistoryEntry& entry) { return !entry.isEmptyLayer; };
    // A history that does not speak of each layer says nothing about any (config.md: it is optional).
    if (std::ranges::count_if(history, hasLayer) != std::ssize(image.layers))
        return history;
    auto layer = image.layers.begin();
    for (auto& entry : history) {
        if (hasLayer(entry))
            entry.size = (layer++)->size;
    }
    return history;
}

Result<Usage> ImageStore::usage(uid_t owner) const
{
    auto connection = d->database.lock();
    return usageOf(TRY(rows::of(connection, owner)));
}

Result<Prunable> ImageStore::prunable(uid_t owner, PruneWhat what) const
{
    auto connection = d->database.lock();
    const auto images = TRY(rows::of(connection, owner));
    return prunableOf(images, TRY(rows::inUse(connection, owner)), what);
}

Result<Prunable> ImageStore::prune(uid_t owner, PruneWhat what)
{
    Prunable pruned;
    {
        auto connection = d->database.lock();
        auto transaction = TRY(db::Transaction::begin(connection));
        const auto images = TRY(rows::of(connection, owner));
        pruned = prunableOf(images, TRY(rows::inUse(connection, owner)), what);
        for (const auto& image : pruned.images)
            TRY(rows::removeOwner(connection, image.id, owner));
        TRY(transaction.commit());
    }
    d->step("pruned");
    TRY(d->collect());
    return pruned;
}

} // namespace lamella::image
