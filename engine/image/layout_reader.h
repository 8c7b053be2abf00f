// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/image/document_files.h"
#include "engine/image/report.h"

namespace lamella::image {

/// Opens a blob of the OCI layout in the directory `layout`: a regular file of exactly this size, no symlink on the
/// way. Errors: NotFound, InvalidArgument.
Result<UniqueFd> openBlob(BorrowedFd layout, const Descriptor& descriptor);

/// Reads what images an OCI layout has for linux and `architecture` (image-layout.md, image-index.md). Every document
/// was checked against its digest. Errors: InvalidArgument, DigestMismatch, Unsupported (nothing for this machine),
/// NotFound (a blob is missing), LimitExceeded.
Result<std::vector<FoundImage>> readLayout(BorrowedFd layout, std::string_view architecture);

/// The same from elsewhere.
Result<std::vector<FoundImage>> readLayout(const DocumentFiles& layout, std::string_view architecture);

} // namespace lamella::image
