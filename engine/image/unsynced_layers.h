// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "engine/image/layer_directories.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace lamella::image {

/// Layers that the disk need not have yet. A pull is done when everything was checked and has its place; the disk gets
/// it directly afterwards, in the background, and who builds on such a layer waits for that. Until then
/// layers/<chainID>/unsynced is a symlink to the ID of the boot (/proc/sys/kernel/random/boot_id): where that is
/// another one when the helper starts, the power was lost meanwhile. From any thread.
class UnsyncedLayers {
public:
    /// `store` outlives this.
    explicit UnsyncedLayers(ImageStore::Private& store);

    /// Waits until the disk has them.
    ~UnsyncedLayers();
    UnsyncedLayers(const UnsyncedLayers&) = delete;
    UnsyncedLayers& operator=(const UnsyncedLayers&) = delete;

    /// Gives the layer its final name, as StagedLayer::publish(), without waiting for the disk.
    Result<void> publish(StagedLayer& staged, const std::string& chainId);

    /// Has what was published synced in the background. What fails there is logged, and said by sync().
    void begin();

    /// Whether the disk need not have one of the layers yet.
    bool has(const std::vector<Layer>& layers) const;

    /// Waits until the disk has the layers. Errors: Failed (it could not take them: the kernel says so once, and what
    /// became of them is known after the next boot or when they are pulled again).
    Result<void> sync(const std::vector<Layer>& layers);

    /// Looks for those that an earlier helper has left, among the layers that are known, diffIDs by chainIDs. Where the
    /// power was lost, the archive that the layer was unpacked from is put together from its files again and must have
    /// its digest; where it has not, the layer goes, and the images made of it miss it until they are pulled again.
    /// (That names and attributes are those of before the rename is what journals are for.) What cannot be told stays,
    /// with its mark. To be called once, first.
    Result<void> recover(const std::map<std::string, std::string>& known);

private:
    void work(const std::stop_token& stop);
    Result<void> openLayers();
    Result<void> syncWaiting();
    void recoverOne(const std::string& chainId, const std::string& diffId, const std::string& boot);
    Result<void> check(const std::string& chainId, const std::string& diffId) const;

    ImageStore::Private& m_store;
    std::mutex m_syncing; ///< taken before `m_mutex`, by who syncs
    mutable std::mutex m_mutex; ///< guards what follows
    UniqueFd m_layers; ///< open from the first to the last: the kernel tells each descriptor once of what has failed
    std::set<std::string> m_waiting; ///< chainIDs of what nobody syncs yet
    std::set<std::string> m_inFlight; ///< of what is being synced
    std::set<std::string> m_failed; ///< of what could not be
    bool m_isAsked = false;
    std::condition_variable_any m_changed;
    std::jthread m_thread; ///< once there was something to do
};

} // namespace lamella::image
