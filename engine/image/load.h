// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store_private.h"
#include "engine/image/import_source.h"
#include "engine/image/load_progress.h"

namespace lamella::image {

/// One import. What it needs is pinned while it lives; unless it succeeds, what it brought goes with it.
class Load {
public:
    Load(ImageStore::Private& store, ImportSource& source, uid_t owner, const ProgressSink& progress,
         std::stop_token stop);
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    ~Load();

    Result<std::vector<std::string>> run();

private:
    struct Wanted {
        FoundImage found;
        rows::NewImage row;
    };

    Wanted wanted(FoundImage found) const;
    void pin();
    Result<void> bringLayers();
    Result<void> checkSpace(Bytes needed) const;
    Result<void> record();
    Result<void> recordPlaces(db::Connection& connection, const Wanted& wanted) const;

    ImageStore::Private& m_store;
    ImportSource& m_source;
    uid_t m_owner;
    LoadProgress m_progress;
    std::stop_token m_stop;
    std::vector<Wanted> m_images;
    std::set<std::pair<std::string, std::string>>
        m_seen; ///< diffIDs with the digests of the blobs that they were read from
    std::vector<std::string> m_pins;
    bool m_succeeded = false;
};

} // namespace lamella::image
