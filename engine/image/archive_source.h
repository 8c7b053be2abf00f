// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"

namespace lamella::image {

/// An archive in one file of the caller's.
class ArchiveSource final : public ImportSource {
public:
    /// `archive` stays open for as long as this lives. `spill` is an empty file for what comes out of a compressed one,
    /// at most `limit`. The archive's workers run as `reader`.
    ArchiveSource(BorrowedFd archive, UniqueFd spill, uid_t reader, Bytes limit, Platform platform)
        : m_archive(archive)
        , m_spill(std::move(spill))
        , m_reader(reader)
        , m_limit(limit)
        , m_platform(std::move(platform))
    {
    }
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override;
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) override;

private:
    BorrowedFd m_archive;
    UniqueFd m_spill;
    uid_t m_reader;
    Bytes m_limit;
    Platform m_platform;
    bool m_isSpilled = false;
};

} // namespace lamella::image
