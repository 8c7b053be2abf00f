// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/archive_index.h"
#include "engine/image/document_files.h"
#include "engine/image/report.h"

namespace lamella::image {

/// The images of what `docker save` writes (the image specification v1.2 of Docker, "Combined Image JSON + Filesystem
/// Changeset Format"): manifest.json names config, layers and tags of each. It has no manifest of the kind that we
/// keep: each image gets one that says the same.
Result<std::vector<FoundImage>> readDockerArchive(const ArchiveIndex& index, const DocumentFiles& files,
                                                  const Platform& platform);

} // namespace lamella::image
