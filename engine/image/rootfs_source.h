// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"

namespace lamella::image {

/// A root file system in one tar archive, which becomes an image of one layer with settings of the caller's.
class RootfsSource final : public ImportSource {
public:
    /// `archive` stays open for as long as this lives, and is read by workers that run as `reader`.
    RootfsSource(BorrowedFd archive, uid_t reader, const NewImageSettings& settings)
        : m_archive(archive)
        , m_reader(reader)
        , m_settings(settings)
    {
    }
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override;
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) override;

private:
    BorrowedFd m_archive;
    uid_t m_reader;
    const NewImageSettings& m_settings;
};

} // namespace lamella::image
