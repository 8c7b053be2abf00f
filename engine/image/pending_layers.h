// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace lamella::image {

/// Layers that lie on the disk as layers/<chainID>/archive alone: a commit leaves the new one so. Their files are
/// unpacked in the background, or by who needs them first; one exchange of names then puts layers/<chainID>/diff, index
/// and headers in the place of the archive. What ends it early leaves the archive. From any thread.
class PendingLayers {
public:
    /// `store` outlives this.
    explicit PendingLayers(ImageStore::Private& store);

    /// Ends what runs in the background.
    ~PendingLayers();
    PendingLayers(const PendingLayers&) = delete;
    PendingLayers& operator=(const PendingLayers&) = delete;

    /// Has the image's layers unpacked in the background. What fails there is logged, and tried again by unpack().
    void begin(const Image& image);

    /// Unpacks what is not yet, and waits for what somebody else unpacks. Errors: NotFound (the image was removed),
    /// DigestMismatch (the archive was changed), NoSpace, Cancelled, those of unpacking.
    Result<void> unpack(const Image& image, const ProgressSink& progress, const std::stop_token& stop);

private:
    Result<void> unpack(const Image& image, std::size_t position, const ProgressSink& progress,
                        const std::stop_token& stop);
    Result<void> unpackArchive(const Image& image, std::size_t position, const std::function<void(Bytes)>& tell,
                               const std::stop_token& stop);
    Result<void> waitForOthers(const std::string& chainId, const std::function<void(Bytes)>& tell,
                               const std::stop_token& stop);
    void work(const std::stop_token& stop);

    ImageStore::Private& m_store;
    std::mutex m_mutex; ///< guards what follows
    std::condition_variable_any m_changed;
    std::deque<Image> m_images; ///< to be unpacked
    std::jthread m_thread; ///< once there was something to do
};

} // namespace lamella::image
