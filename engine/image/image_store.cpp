// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/image_store.h"

#include "engine/base/log.h"
#include "engine/image/archive_source.h"
#include "engine/image/image_store_private.h"
#include "engine/image/import_source.h"
#include "engine/image/layer_source.h"
#include "engine/image/layer_spool.h"
#include "engine/image/load.h"
#include "engine/image/new_image_request.h"
#include "engine/image/reference.h"
#include "engine/os/file.h"

#include <algorithm>
#include <format>

namespace lamella::image {

namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::string_view kAlgorithm = "sha256:";

bool isPrefix(std::string_view text, const std::string& id)
{
    const auto digits = text.starts_with(kAlgorithm) ? text.substr(kAlgorithm.size()) : text;
    return digits.size() >= kShortestPrefix && std::string_view{id}.substr(kAlgorithm.size()).starts_with(digits);
}

std::vector<Image> listed(Result<std::vector<Image>> images)
{
    if (images)
        return std::move(*images);
    log::error("cannot list the images: {}", images.error().message);
    return {};
}

} // namespace

Bytes Image::size() const
{
    Bytes sum;
    for (const auto& layer : layers)
        sum += layer.size;
    return sum;
}

ImageStore::ImageStore(db::Database& database, const std::filesystem::path& root, std::filesystem::path workerProgram,
                       const Limits& limits)
    : d(std::make_unique<Private>(database, root, std::move(workerProgram), limits))
{
}

ImageStore::~ImageStore() = default;

void ImageStore::setStepHook(std::function<void(std::string_view)> hook)
{
    const std::lock_guard lock{d->stepMutex};
    d->stepHook = std::move(hook);
}

Result<std::vector<std::string>> ImageStore::loadLayout(BorrowedFd layout, uid_t owner, const ProgressSink& progress,
                                                        std::stop_token stop, const Platform& platform)
{
    LayoutSource source{layout, owner, platform};
    return import(source, owner, progress, std::move(stop));
}

Result<std::vector<std::string>> ImageStore::loadArchive(BorrowedFd archive, uid_t owner, const ProgressSink& progress,
                                                         std::stop_token stop, const Platform& platform)
{
    if (!S_ISREG(TRY(os::status(archive, "the archive")).st_mode))
        return failure(ErrorKind::InvalidArgument, "the archive is not a file");
    TRY(d->directories.prepare());
    const auto room = TRY(d->directories.room());
    ArchiveSource source{archive, TRY(d->directories.namelessFile()), owner, room, platform};
    return import(source, owner, progress, std::move(stop));
}

Result<std::string> ImageStore::importRootfs(BorrowedFd archive, uid_t owner, const NewImageSettings& settings,
                                             const ProgressSink& progress, std::stop_token stop)
{
    if (!S_ISREG(TRY(os::status(archive, "the archive")).st_mode))
        return failure(ErrorKind::InvalidArgument, "the archive is not a file");
    TRY(checkSettings(settings));
    const LayerSource::Unpack unpack
        = [&](std::stop_token stopped) { return unpackArchive(*d, archive, progress, std::move(stopped)); };
    LayerSource source{unpack, archive, settings};
    return TRY(import(source, owner, progress, std::move(stop))).front();
}

Result<std::string> ImageStore::commit(const ArchiveWriter& write, uid_t owner, const std::string& base,
                                       const NewImageSettings& settings, const ProgressSink& progress,
                                       std::stop_token stop)
{
    TRY(checkSettings(settings));
    const LayerSource::Unpack unpack
        = [&](std::stop_token stopped) { return spoolLayer(*d, write, std::move(stopped)); };
    TRY(makeReady(TRY(find(owner, base)), progress, stop));
    const auto below = TRY(documents(owner, base));
    LayerSource source{unpack, {}, settings, below};
    auto id = TRY(import(source, owner, progress, std::move(stop))).front();
    if (const auto image = find(owner, id); image && !isUnpacked(*image))
        d->pending.begin(*image);
    return id;
}

Result<std::vector<std::string>> ImageStore::import(ImportSource& source, uid_t owner, const ProgressSink& progress,
                                                    std::stop_token stop)
{
    return Load(*d, source, owner, progress, std::move(stop)).run();
}

std::vector<Image> ImageStore::list() const
{
    auto connection = d->database.lock();
    return listed(rows::all(connection));
}

std::vector<Image> ImageStore::list(uid_t owner) const
{
    auto connection = d->database.lock();
    return listed(rows::of(connection, owner));
}

Result<Image> ImageStore::find(uid_t owner, const std::string& referenceOrId) const
{
    auto connection = d->database.lock();
    auto images = TRY(rows::of(connection, owner));
    // An archive may give an image any name, also another one's ID.
    for (const auto& name : {referenceOrId, "sha256:" + referenceOrId, canonicalReference(referenceOrId)}) {
        for (auto& image : images) {
            if (image.id == name || std::ranges::contains(image.references, name))
                return std::move(image);
        }
    }
    std::erase_if(images, [&](const auto& image) { return !isPrefix(referenceOrId, image.id); });
    if (images.size() > 1)
        return failure(ErrorKind::InvalidArgument,
                       std::format("more than one image's ID begins with {}", referenceOrId));
    if (images.empty())
        return failure(ErrorKind::NotFound, std::format("there is no image {}", referenceOrId));
    return std::move(images.front());
}

Result<void> ImageStore::remove(uid_t owner, const std::string& id)
{
    {
        auto connection = d->database.lock();
        TRY(rows::removeOwner(connection, id, owner));
    }
    d->step("owner removed");
    return d->collect();
}

std::vector<std::filesystem::path> ImageStore::layerDirectories(const Image& image) const
{
    std::vector<std::filesystem::path> paths;
    for (const auto& layer : image.layers)
        paths.push_back(d->directories.diff(layer.chainId));
    return paths;
}

bool ImageStore::isUnpacked(const Image& image) const
{
    return std::ranges::all_of(image.layers, [this](const Layer& layer) { return d->directories.has(layer.chainId); });
}

Result<void> ImageStore::unpack(const Image& image, const ProgressSink& progress, std::stop_token stop) const
{
    return d->pending.unpack(image, progress, stop);
}

bool ImageStore::isReady(const Image& image) const
{
    return isUnpacked(image) && !d->unsynced.has(image.layers);
}

Result<void> ImageStore::makeReady(const Image& image, const ProgressSink& progress, std::stop_token stop) const
{
    TRY(unpack(image, progress, std::move(stop)));
    return d->unsynced.sync(image.layers);
}

Result<UniqueFd> ImageStore::openIndex(const Layer& layer) const
{
    return d->directories.openIndex(layer.chainId);
}

Result<bool> ImageStore::Private::hasLayer(const std::string& chainId)
{
    auto connection = database.lock();
    return TRY(rows::hasLayer(connection, chainId)) && directories.has(chainId);
}

Result<bool> ImageStore::Private::ownsLayer(uid_t owner, const std::string& chainId)
{
    auto connection = database.lock();
    return rows::ownsLayer(connection, owner, chainId);
}

Result<std::vector<std::string>> ImageStore::Private::removeRows(std::set<std::string>& kept)
{
    auto connection = database.lock();
    auto transaction = TRY(db::Transaction::begin(connection));
    auto unused = TRY(rows::removeUnused(connection, kept));
    kept.merge(TRY(rows::blobs(connection)));
    TRY(transaction.commit());
    return unused;
}

Result<void> ImageStore::Private::collect()
{
    std::vector<std::string> gone;
    std::vector<std::string> unused;
    {
        // While this is held no load pins anything new, so that what no row and no pin names stays unwanted after the
        // database was released.
        const std::lock_guard lock{mutex};
        ++collections;
        std::set<std::string> kept{pinned.begin(), pinned.end()};
        // Rows first: a directory without a row is swept, a row without its directory would be an image that cannot
        // start.
        unused = TRY(removeRows(kept));
        step("rows removed");
        for (const auto& chainId : unused) {
            gone.push_back(TRY(directories.moveAway(chainId)));
            if (const auto found = unpacking.find(chainId); found != unpacking.end())
                found->second.stop.request_stop();
        }
        step("moved away");
        TRY(directories.keepBlobs(kept));
    }
    waitForUnpacking(unused);
    for (const auto& name : gone)
        TRY(directories.removeLeftOver(name));
    return {};
}

// What still unpacks what has gone takes away what it has made, and that may be as much.
void ImageStore::Private::waitForUnpacking(const std::vector<std::string>& chainIds)
{
    std::unique_lock lock{mutex};
    unpackingEnded.wait(lock, [&] {
        return std::ranges::none_of(chainIds, [this](const auto& chainId) { return unpacking.contains(chainId); });
    });
}

Result<void> ImageStore::sweep()
{
    TRY(d->directories.prepare());
    TRY(d->collect());
    TRY(d->directories.removeUnfinishedBlobs());
    std::map<std::string, std::string> known;
    {
        auto connection = d->database.lock();
        known = TRY(rows::layers(connection));
    }
    for (const auto& name : TRY(d->directories.leftOvers(known))) {
        log::info("removing {}, which an interrupted load left", name);
        TRY(d->directories.removeLeftOver(name));
    }
    TRY(d->unsynced.recover(known));
    for (const auto& image : list()) {
        if (!isUnpacked(image))
            d->pending.begin(image);
    }
    return {};
}

} // namespace lamella::image
