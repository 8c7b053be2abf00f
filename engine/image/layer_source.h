// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"

namespace lamella::image {

/// The layers of an image, or none, and one more in a tar archive: an image with settings of the caller's.
class LayerSource final : public ImportSource {
public:
    /// `archive` stays open for as long as this lives, and is read by workers that run as `reader`. What else is given
    /// lives longer. `base`: the documents of the image below; empty where there is none.
    LayerSource(BorrowedFd archive, uid_t reader, const Limits& limits, const NewImageSettings& settings,
                ImageDocuments base = {});
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override;

    /// The layers below are here, and the owner's: only the new one is asked for.
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) override;

private:
    BorrowedFd m_archive;
    uid_t m_reader;
    const Limits& m_limits;
    const NewImageSettings& m_settings;
    ImageDocuments m_base;
};

} // namespace lamella::image
