// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store_private.h"
#include "engine/image/report.h"

#include <set>

namespace lamella::image {

/// One load of an OCI layout. What it needs is pinned while it lives; unless it succeeds, what it brought goes with it.
class Load {
public:
    Load(ImageStore::Private& store, BorrowedFd layout, uid_t owner, const ProgressSink& progress,
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
    Result<void> checkSpace();
    Result<void> unpackAll();
    Result<void> ensureLayer(Wanted& image, std::size_t position);
    Result<bool> claim(const std::string& chainId);
    void release(const std::string& chainId);
    Result<void> unpack(Wanted& image, std::size_t position);
    Result<void> checkDigests(const Descriptor& blob, const Layer& layer, const UnpackedLayer& unpacked) const;
    Result<void> verify(const Wanted& image, std::size_t position) const;
    Result<bool> isThere(const std::string& chainId) const;
    Result<bool> isOwned(const std::string& chainId) const;
    Result<void> record();
    void tell(std::string stage, Bytes done) const;

    ImageStore::Private& m_store;
    BorrowedFd m_layout;
    uid_t m_owner;
    const ProgressSink& m_progress;
    std::stop_token m_stop;
    std::vector<Wanted> m_images;
    std::vector<std::string> m_pins;
    std::set<std::string> m_proven; ///< chainIDs of layers whose content the layout was seen to have
    Bytes m_done;
    Bytes m_total;
    bool m_succeeded = false;
};

} // namespace lamella::image
