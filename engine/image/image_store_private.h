// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_rows.h"
#include "engine/image/image_store.h"
#include "engine/image/layer_directories.h"
#include "engine/image/worker.h"

#include <condition_variable>
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
        if (!stepHook)
            return;
        const std::lock_guard lock{stepMutex}; // layers are unpacked by several threads
        stepHook(name);
    }

    Result<bool> hasLayer(const std::string& chainId);
    Result<bool> ownsLayer(uid_t owner, const std::string& chainId);

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
    std::set<std::string> unpacking; ///< chainIDs that some load is unpacking
    std::uint64_t collections = 0; ///< so far
    std::multiset<std::string> pinned; ///< chainIDs and blobs that loads need, though no row says so yet
};

} // namespace lamella::image
