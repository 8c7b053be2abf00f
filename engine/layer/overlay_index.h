// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <filesystem>

namespace lamella::layer {

/// Makes overlay's index (overlayfs.rst, "Inode index", "NFS export") in the work directory `work` forget what is no
/// longer in the writable layer, so that the image's files show again: an entry that is left over would make looking
/// them up fail. Nobody may have mounted the overlay.
Result<void> forgetRemoved(const std::filesystem::path& work);

/// The same for what lies in `taken`, which was in the writable layer, and has other names there still: these become
/// files of their own.
Result<void> forgetLinks(BorrowedFd taken, const std::filesystem::path& work);

} // namespace lamella::layer
