// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/trash.h"

#include "engine/base/log.h"
#include "engine/container/container_overlay.h"
#include "engine/container/manager_private.h"
#include "engine/layer/changes.h"

#include <algorithm>
#include <format>
#include <ranges>

namespace lamella::container {

namespace {

constexpr std::chrono::hours kSweepInterval{1};
constexpr int kTrashThreads = 2;

} // namespace

Trash::Trash(db::Database& database, image::ImageStore& images, const ContainerFiles& files, TrashSettings settings)
    : m_database(database)
    , m_images(images)
    , m_files(files)
    , m_settings(std::move(settings))
{
    m_settling.setMaxThreadCount(kTrashThreads);
    m_erasing.setMaxThreadCount(kTrashThreads);
    m_timer.setInterval(kSweepInterval);
    connect(&m_timer, &QTimer::timeout, this, &Trash::sweep);
}

Trash::~Trash()
{
    m_stop.request_stop();
    m_settling.waitForDone();
    m_erasing.waitForDone();
}

std::chrono::microseconds Trash::now() const
{
    return m_settings.now ? m_settings.now() : sinceEpoch();
}

Result<void> Trash::load()
{
    const auto onDisk = m_files.idsOnDisk();
    for (Trashed& one : TRY(loadTrash(m_database))) {
        const std::string id = one.container.id;
        if (std::ranges::find(onDisk, id) != onDisk.end()) {
            m_items.emplace(id, std::move(one));
            continue;
        }
        // It was being removed for good when the helper ended.
        log::info("the container {} in the trash has no directory any more and is forgotten", one.container.name);
        if (auto deleted = deleteTrashed(m_database, id); !deleted)
            log::error("{}", deleted.error().message);
    }
    return {};
}

void Trash::begin()
{
    sweep();
    for (const std::string& id : ids()) {
        if (!find(id)->changes || std::filesystem::exists(m_files.runDirectory(id)))
            settle(id, [](const Result<void>&) { });
    }
    m_timer.start();
}

std::vector<std::string> Trash::ids() const
{
    std::vector<std::string> all;
    for (const auto& [id, one] : m_items)
        all.push_back(id);
    return all;
}

const Trashed* Trash::find(const std::string& id) const
{
    const auto found = m_items.find(id);
    return found == m_items.end() ? nullptr : &found->second;
}

layer::OverlayDirectories Trash::overlay(const std::string& id) const
{
    const Trashed* one = find(id);
    return one != nullptr ? overlayOf(one->container, m_files, m_images) : layer::OverlayDirectories{};
}

Result<void> Trash::put(const Container& container, Reply<void> settled)
{
    const auto removed = now();
    Trashed one{container, removed, removed + m_settings.keep};
    one.container.pid = 0;
    one.container.shimPid = 0;
    TRY(moveToTrash(m_database, one));
    m_items.emplace(container.id, std::move(one));
    Q_EMIT added(container.id);
    settle(container.id, std::move(settled));
    return {};
}

Result<Trashed*> Trash::settledOne(const std::string& id)
{
    const auto found = m_items.find(id);
    if (found == m_items.end())
        return failure(ErrorKind::NotFound, std::format("there is no container {} in the trash", id.substr(0, 64)));
    if (found->second.busy)
        return failure(ErrorKind::Busy,
                       std::format("the container {} is being moved to the trash", found->second.container.name));
    return &found->second;
}

Result<Container> Trash::take(const std::string& id, const std::string& name)
{
    Container container = TRY(settledOne(id))->container;
    container.name = name;
    container.request.name = name;
    TRY(moveFromTrash(m_database, container));
    m_items.erase(id);
    Q_EMIT removed(id);
    return container;
}

void Trash::settle(const std::string& id, Reply<void> settled)
{
    Trashed& one = m_items.at(id);
    one.busy = true;
    m_settling.start([this, container = one.container, overlay = overlay(id), settled = std::move(settled)] {
        auto counted = settleFiles(container, overlay);
        QMetaObject::invokeMethod(
            this,
            [this, id = container.id, settled, counted = std::move(counted)] { finishSettling(id, counted, settled); },
            Qt::QueuedConnection);
    });
}

/// On a thread of the pool.
Result<Trash::Counted> Trash::settleFiles(const Container& container, const layer::OverlayDirectories& overlay) const
{
    TRY(cleanUpAfterShim(m_files, container.id, container.cgroupPath));
    Counted counted;
    TRY(layer::readChanges(
        overlay.upper, overlay.layers, overlay.idBase,
        [&counted](const layer::Change& change) {
            counted.bytes += change.bytes;
            if (change.kind != layer::ChangeKind::Copied)
                ++counted.changes;
        },
        m_stop.get_token()));
    TRY(updateTrashed(m_database, container.id, counted.changes, counted.bytes));
    return counted;
}

void Trash::finishSettling(const std::string& id, const Result<Counted>& counted, const Reply<void>& settled)
{
    Trashed& one = m_items.at(id); // nobody takes what is busy
    if (counted) {
        one.changes = counted->changes;
        one.bytes = counted->bytes;
    } else {
        log::error("the changes of {} in the trash cannot be counted: {}", one.container.name, counted.error().message);
    }
    Q_EMIT changed(id);
    settled({});
    one.busy = false;
    keepWithinBytes(one.container.owner);
}

void Trash::erase(const std::string& id, Reply<Bytes> reply)
{
    const auto found = settledOne(id);
    if (!found)
        return reply(std::unexpected(found.error()));
    // Without its directory a row is forgotten, so a crash between the two leaves nothing half.
    if (auto aside = m_files.setAside(id); !aside)
        return reply(std::unexpected(std::move(aside).error()));
    if (auto deleted = deleteTrashed(m_database, id); !deleted)
        return reply(std::unexpected(std::move(deleted).error()));
    const Bytes bytes = (*found)->bytes;
    m_items.erase(id);
    Q_EMIT removed(id);
    m_erasing.start([this, id, bytes, reply = std::move(reply)] {
        auto discarded = m_files.discard(id);
        QMetaObject::invokeMethod(
            this, [reply, bytes, discarded] { reply(discarded.transform([bytes] { return bytes; })); },
            Qt::QueuedConnection);
    });
}

void Trash::eraseQuietly(const std::string& id, const char* why)
{
    log::info("the container {} goes from the trash: {}", find(id)->container.name, why);
    erase(id, [id](const Result<Bytes>& erased) {
        if (!erased)
            log::error("the container {} in the trash cannot be removed: {}", id, erased.error().message);
    });
}

void Trash::sweep()
{
    const auto time = now();
    for (const std::string& id : ids()) {
        if (const Trashed* one = find(id); one->expires <= time && !one->busy)
            eraseQuietly(id, "its time is over");
    }
}

std::size_t Trash::countOf(uid_t owner) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(m_items, [owner](const auto& one) { return one.second.container.owner == owner; }));
}

std::vector<std::string> Trash::oldestFirst(uid_t owner) const
{
    std::vector<const Trashed*> own;
    for (const auto& [id, one] : m_items) {
        if (one.container.owner == owner)
            own.push_back(&one);
    }
    std::ranges::sort(own, {}, &Trashed::removed);
    std::vector<std::string> all;
    for (const Trashed* one : own)
        all.push_back(one->container.id);
    return all;
}

void Trash::keepNewest(uid_t owner, std::size_t count)
{
    const auto all = oldestFirst(owner);
    const std::size_t surplus = all.size() > count ? all.size() - count : 0;
    for (const std::string& id : all | std::views::take(surplus)) {
        if (!find(id)->busy)
            eraseQuietly(id, "its owner has as many containers as he may");
    }
}

void Trash::keepWithinBytes(uid_t owner)
{
    Bytes total;
    const auto all = oldestFirst(owner);
    for (const std::string& id : all)
        total += find(id)->bytes;
    for (std::size_t i = 0; i + 1 < all.size() && total > m_settings.bytesOfOneUser; ++i) {
        if (find(all[i])->busy)
            continue;
        total.value -= find(all[i])->bytes.value;
        eraseQuietly(all[i], "its owner's trash takes more room than it may");
    }
}

} // namespace lamella::container
