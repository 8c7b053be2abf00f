// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_rows.h"
#include "engine/image/image_store.h"
#include "engine/image/layer_directories.h"
#include "engine/image/pending_layers.h"
#include "engine/image/unsynced_layers.h"
#include "engine/image/worker.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

namespace lamella::image {

/// What ImageStore and its loads share. `mutex` guards what follows it, and is taken before the database's.
struct ImageStore::Private {
    Private(db::Database& databaseOf, const std::filesystem::path& root, std::filesystem::path program,
            const Limits& limitsOf)
        : database(databaseOf)
        , directories(root)
        , worker(std::move(program))
        , limits(limitsOf)
    {
    }

    void step(std::string_view name)
    {
        const std::lock_guard lock{stepMutex}; // layers are unpacked by several threads
        if (stepHook)
            stepHook(name);
    }

    Result<bool> hasLayer(const std::string& chainId);
    Result<bool> ownsLayer(uid_t owner, const std::string& chainId);

    /// Until nobody unpacks one of them.
    void waitForUnpacking(const std::vector<std::string>& chainIds);

    /// Removes what nothing refers to and no load needs.
    Result<void> collect();

    /// The database's part of it: the chainIDs whose rows went. Adds the documents that rows refer to to `kept`.
    Result<std::vector<std::string>> removeRows(std::set<std::string>& kept);

    db::Database& database;
    LayerDirectories directories;
    Worker worker;
    const Limits limits;
    std::function<void(std::string_view)> stepHook;
    std::mutex stepMutex;

    std::mutex mutex;
    std::condition_variable_any unpackingEnded;
    struct Unpacking {
        std::stop_source stop; ///< where the layer is removed meanwhile
        Bytes done;
    };
    std::map<std::string, Unpacking> unpacking; ///< by their chainIDs, those that somebody has a LayerClaim to
    std::uint64_t collections = 0; ///< so far
    std::multiset<std::string> pinned; ///< chainIDs and blobs that loads need, though no row says so yet

    UnsyncedLayers unsynced{*this};
    PendingLayers pending{*this}; ///< the first to go
};

} // namespace lamella::image
