// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store_private.h"
#include "engine/image/import_source.h"
#include "engine/image/layer_claim.h"
#include "engine/image/load_progress.h"
#include "engine/image/new_layer.h"

#include <condition_variable>
#include <optional>
#include <string>
#include <vector>

namespace lamella::image {

/// The layers of one load: unpacked side by side, and published from the bottom of each image, because what a layer
/// shows of the directories that it does not speak of depends on those below it.
class LayerLoads {
public:
    LayerLoads(ImageStore::Private& store, ImportSource& source, uid_t owner, LoadProgress& progress);
    LayerLoads(const LayerLoads&) = delete;
    LayerLoads& operator=(const LayerLoads&) = delete;

    /// Adds the layers of an image. Both must stay where they are.
    Result<void> add(const FoundImage& found, Image& image);

    /// What has to be read of those that are missing.
    Bytes needed() const { return m_needed; }

    /// The diffIDs that were read, each with the digest of the blob that it came from.
    std::set<std::pair<std::string, std::string>> read() const;

    /// Brings all of them; nothing of it runs on after this has returned. Errors: the first one that came up.
    Result<void> run(const std::stop_token& stop);

private:
    struct Job {
        const Descriptor* blob = nullptr;
        Layer* layer = nullptr;
        std::size_t position = 0; ///< in its image
        std::size_t count = 0; ///< layers of that image
        std::vector<std::size_t> below; ///< jobs, from the bottom
        std::optional<std::size_t> item; ///< of the progress; none where nothing has to be read
        std::optional<LayerClaim> claim; ///< outlives what is staged
        std::optional<NewLayer> unpacked;
        bool isRead = false; ///< and is what its digests say
        bool isUnpacked = false;
        bool isThere = false;
    };

    Job* next();
    void work();
    void fail(Error error);
    Result<void> bring(Job& job);
    Result<void> unpack(Job& job);
    Result<void> verify(Job& job);
    void tell(const Job& job, std::string_view doing, Bytes done);
    void publishAll();
    std::vector<Job*> ready();
    Result<void> publish(const std::vector<Job*>& jobs);
    Result<void> publish(Job& job);

    ImageStore::Private& m_store;
    ImportSource& m_source;
    uid_t m_owner;
    LoadProgress& m_progress;
    const layer::WriteOut m_writeOut; ///< what a registry has can be had again
    std::vector<Job> m_jobs; ///< each after those below it
    Bytes m_needed;
    std::stop_source m_stop;

    std::mutex m_mutex; ///< guards what follows, and isUnpacked and isThere
    std::condition_variable m_unpacked; ///< one more is, or none will be
    std::size_t m_next = 0;
    bool m_isEnd = false; ///< nothing will be unpacked any more
    std::optional<Error> m_error;
};

} // namespace lamella::image
