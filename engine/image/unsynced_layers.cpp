// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/unsynced_layers.h"

#include "engine/base/log.h"
#include "engine/image/image_store_private.h"
#include "engine/layer/file_index.h"
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"

#include <system_error>

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
    if (const auto done = sync(); !done)
        log::error("{}", done.error().message);
}

Result<void> UnsyncedLayers::publish(StagedLayer& staged, const std::string& chainId)
{
    TRY(staged.markUnsynced(TRY(bootId())));
    m_store.step("marked");
    const std::lock_guard lock{m_mutex}; // the mark of one that has the same name may be about to go
    TRY(staged.publish(chainId, os::Sync::No));
    m_chainIds.insert(chainId);
    return {};
}

void UnsyncedLayers::begin()
{
    const std::lock_guard lock{m_mutex};
    if (m_chainIds.empty())
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
        if (const auto done = sync(); !done)
            log::error("{}", done.error().message);
    }
}

Result<void> UnsyncedLayers::sync()
{
    const std::lock_guard one{m_syncing};
    std::set<std::string> taken;
    {
        const std::lock_guard lock{m_mutex};
        taken = m_chainIds;
    }
    if (taken.empty())
        return {};
    TRY(m_store.directories.sync());
    m_store.step("synced later");
    const std::lock_guard lock{m_mutex};
    for (const auto& chainId : taken) {
        TRY(m_store.directories.removeMark(chainId));
        m_chainIds.erase(chainId);
    }
    return {};
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

Result<void> UnsyncedLayers::recover(const std::map<std::string, std::string>& known)
{
    const auto boot = TRY(bootId());
    for (const auto& [chainId, diffId] : known) {
        const auto marked = TRY(m_store.directories.mark(chainId));
        if (!marked)
            continue;
        if (*marked != boot) {
            log::info("checking the layer {}: the machine stopped while it was being written", chainId);
            if (const auto whole = check(chainId, diffId); !whole) {
                log::warning("the layer {} is lost, because the machine stopped while it was being written: pull the "
                             "images that need it again ({})",
                             chainId, whole.error().message);
                TRY(m_store.directories.removeLeftOver(TRY(m_store.directories.moveAway(chainId))));
                continue;
            }
        }
        const std::lock_guard lock{m_mutex};
        m_chainIds.insert(chainId);
    }
    begin();
    return {};
}

} // namespace lamella::image
