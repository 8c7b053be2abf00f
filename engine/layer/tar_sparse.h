// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/layer/pax.h"
#include "engine/layer/tar_entry.h"
#include "engine/layer/tar_header.h"

#include <functional>

/// The four ways in which GNU tar writes files with holes (GNU tar's manual, "Storing Sparse Files").
namespace lamella::layer {

/// Gives the next block of the archive.
using NextBlock = std::function<Result<TarBlock>()>;

/// The old format: pieces in the header itself, continued in blocks after it.
Result<std::vector<TarChunk>> readOldGnuSparse(const TarHeader& header, const NextBlock& next);

/// Formats 0.0 and 0.1: pieces in the extended header. Nothing when the records speak of none.
Result<std::vector<TarChunk>> readPaxSparse(const PaxRecords& records);

/// Format 1.0: pieces as lines of decimal numbers in the blocks before the data.
Result<std::vector<TarChunk>> readSparseMap(const NextBlock& next);

/// Pieces must ascend, lie within `size` and be `stored` bytes together. Errors: InvalidArgument.
Result<void> checkSparse(const std::vector<TarChunk>& chunks, std::uint64_t size, std::uint64_t stored);

} // namespace lamella::layer
