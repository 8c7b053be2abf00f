// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/unsynced_layers.h"

#include "engine/base/log.h"
#include "engine/image/image_store_private.h"
#include "engine/layer/file_index.h"
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lamella::image {

namespace {

constexpr std::size_t kMaxBootId = 64;

Result<std::string> bootId()
{
    auto id = TRY(os::readFile("/proc/sys/kernel/random/boot_id", kMaxBootId));
    id.erase(id.find_last_not_of('\n') + 1);
    return id;
}

// For the checksum alone.
class Nowhere final : public layer::IndexSink {
public:
    Result<void> add(const layer::FileRecord&) override { return {}; }
    Result<void> gone(std::string_view) override { return {}; }
    Result<void> opaque(std::string_view) override { return {}; }
};

} // namespace

UnsyncedLayers::UnsyncedLayers(ImageStore::Private& store)
    : m_store(store)
{
}

UnsyncedLayers::~UnsyncedLayers()
{
    m_thread.request_stop();
    if (m_thread.joinable())
        m_thread.join();
    const std::lock_guard one{m_syncing};
    if (const auto done = syncWaiting(); !done)
        log::error("{}", done.error().message);
}

Result<void> UnsyncedLayers::openLayers()
{
    if (!m_layers)
        m_layers = TRY(m_store.directories.openLayers());
    return {};
}

Result<void> UnsyncedLayers::publish(StagedLayer& staged, const std::string& chainId)
{
    TRY(staged.markUnsynced(TRY(bootId())));
    m_store.step("marked");
    const std::lock_guard lock{m_mutex}; // the mark of one that has the same name may be about to go
    TRY(openLayers());
    TRY(staged.publish(chainId, os::Sync::No));
    m_waiting.insert(chainId);
    m_failed.erase(chainId);
    return {};
}

void UnsyncedLayers::begin()
{
    const std::lock_guard lock{m_mutex};
    if (m_waiting.empty())
        return;
    m_isAsked = true;
    m_changed.notify_one();
    if (m_thread.joinable())
        return;
    try {
        m_thread = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
    } catch (const std::system_error& error) { // the standard library's
        log::warning("no thread to sync layers with, who builds on them does it: {}", error.what());
    }
}

void UnsyncedLayers::work(const std::stop_token& stop)
{
    for (;;) {
        {
            std::unique_lock lock{m_mutex};
            if (!m_changed.wait(lock, stop, [this] { return m_isAsked; }))
                return;
            m_isAsked = false;
        }
        const std::lock_guard one{m_syncing};
        if (const auto done = syncWaiting(); !done)
            log::error("{}", done.error().message);
    }
}

bool UnsyncedLayers::has(const std::vector<Layer>& layers) const
{
    const std::lock_guard lock{m_mutex};
    return std::ranges::any_of(layers, [this](const Layer& layer) {
        return m_waiting.contains(layer.chainId) || m_inFlight.contains(layer.chainId)
            || m_failed.contains(layer.chainId);
    });
}

Result<void> UnsyncedLayers::sync(const std::vector<Layer>& layers)
{
    if (!has(layers))
        return {};
    const std::lock_guard one{m_syncing}; // nothing is in flight now
    const auto isIn = [](const std::set<std::string>& set) {
        return [&set](const Layer& layer) { return set.contains(layer.chainId); };
    };
    std::unique_lock lock{m_mutex};
    if (std::ranges::any_of(layers, isIn(m_waiting))) {
        lock.unlock();
        TRY(syncWaiting());
        lock.lock();
    }
    if (std::ranges::any_of(layers, isIn(m_failed)))
        return failure(ErrorKind::Failed,
                       "the disk could not take the layers of the image: look into the system's log, remove the image "
                       "and pull it again");
    return {};
}

// By who has m_syncing. What is published anew meanwhile keeps its mark.
Result<void> UnsyncedLayers::syncWaiting()
{
    {
        const std::lock_guard lock{m_mutex};
        if (m_waiting.empty())
            return {};
        m_inFlight = std::exchange(m_waiting, {});
    }
    const int failed = ::syncfs(m_layers.get()) == 0 ? 0 : errno;
    m_store.step("synced later");
    const std::lock_guard lock{m_mutex};
    const auto taken = std::exchange(m_inFlight, {});
    for (const auto& chainId : taken) {
        if (m_waiting.contains(chainId))
            continue;
        if (failed != 0)
            m_failed.insert(chainId);
        else if (const auto removed = m_store.directories.removeMark(chainId); !removed)
            log::warning("{}", removed.error().message);
    }
    return failed == 0 ? Result<void>{} : systemFailure("cannot write the layers to the disk", failed);
}

Result<void> UnsyncedLayers::check(const std::string& chainId, const std::string& diffId) const
{
    const auto& directories = m_store.directories;
    const auto diff = TRY(os::open(directories.diff(chainId), O_RDONLY | O_DIRECTORY));
    const auto headers = TRY(directories.openHeaders(chainId));
    auto archive = TRY(layer::LayerArchive::open(diff.borrow(), headers.borrow(), diffId));
    TRY(layer::drain(archive));
    const auto index = TRY(directories.openIndex(chainId));
    Nowhere nowhere;
    return layer::readIndex(TRY(layer::indexText(index.borrow())), nowhere);
}

void UnsyncedLayers::recoverOne(const std::string& chainId, const std::string& diffId, const std::string& boot)
{
    const auto& directories = m_store.directories;
    const auto marked = directories.mark(chainId);
    if (!marked)
        return log::error("{}", marked.error().message);
    if (!*marked)
        return;
    if (**marked == boot) {
        const std::lock_guard lock{m_mutex};
        m_waiting.insert(chainId);
        return;
    }
    log::info("checking the layer {}: the machine stopped while it was being written", chainId);
    const auto whole = check(chainId, diffId);
    const bool isDamaged = !whole
        && (whole.error().kind == ErrorKind::DigestMismatch || whole.error().kind == ErrorKind::InvalidArgument
            || whole.error().kind == ErrorKind::NotFound);
    if (!whole && !isDamaged)
        return log::error("the layer {} cannot be checked: {}", chainId, whole.error().message);
    if (isDamaged) {
        log::warning("the layer {} is lost, because the machine stopped while it was being written: pull the images "
                     "that need it again ({})",
                     chainId, whole.error().message);
    }
    auto done = whole ? directories.removeMark(chainId) // it was read from the disk
                      : directories.moveAway(chainId).and_then(
                            [&](const std::string& name) { return directories.removeLeftOver(name); });
    if (!done)
        log::error("{}", done.error().message);
}

Result<void> UnsyncedLayers::recover(const std::map<std::string, std::string>& known)
{
    const auto boot = TRY(bootId());
    {
        const std::lock_guard lock{m_mutex};
        TRY(openLayers());
    }
    for (const auto& [chainId, diffId] : known)
        recoverOne(chainId, diffId, boot);
    begin();
    return {};
}

} // namespace lamella::image
