// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"

#include <string_view>
#include <sys/stat.h>

/// How a deletion is written: in an image's layer (image-spec, layer.md, "Whiteouts"), and by overlay (the kernel's
/// Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").
namespace lamella::layer {

inline constexpr std::string_view kWhiteoutPrefix = ".wh.";
inline constexpr std::string_view kOpaqueName = ".wh..wh..opq";

/// True for overlay's mark of a deletion: a character device 0/0.
inline bool isWhiteout(const struct stat& status)
{
    return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

/// True for a directory (open in whatever way) that hides what lies below it: trusted.overlay.opaque is "y".
bool isOpaque(BorrowedFd directory);

} // namespace lamella::layer
