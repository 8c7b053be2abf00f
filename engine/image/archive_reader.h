// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/image/report.h"

namespace lamella::image {

/// Reads what images an archive has for `platform`: the tar of an OCI layout, or what `docker save` wrote, as it is or
/// compressed as a whole (gzip, zstd). Where it is compressed, what comes out of it is written to `spill`, an empty
/// file; offsets count from there. For the worker alone. Errors: those of readLayout(); NoSpace (more than `limit`
/// comes out of it).
Result<FoundArchive> readArchive(BorrowedFd archive, BorrowedFd spill, Bytes limit, const Platform& platform);

} // namespace lamella::image
