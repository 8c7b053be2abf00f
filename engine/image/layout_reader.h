// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/image/document_files.h"
#include "engine/image/report.h"

namespace lamella::image {

/// Opens a blob of the OCI layout in the directory `layout`: a regular file of exactly this size, no symlink on the
/// way. Errors: NotFound, InvalidArgument.
Result<UniqueFd> openBlob(BorrowedFd layout, const Descriptor& descriptor);

/// Reads what images an OCI layout has for `platform` (image-layout.md, image-index.md), which leaves no architecture
/// out. Every document was checked against its digest. Errors: InvalidArgument, DigestMismatch, Unsupported (nothing
/// for the platform), NotFound (a blob is missing), LimitExceeded.
Result<std::vector<FoundImage>> readLayout(BorrowedFd layout, const Platform& platform);

/// The same from elsewhere.
Result<std::vector<FoundImage>> readLayout(const DocumentFiles& layout, const Platform& platform);

} // namespace lamella::image
