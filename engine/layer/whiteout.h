// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <sys/stat.h>

/// How a deletion is written: in an image's layer (image-spec, layer.md, "Whiteouts"), and by overlay (the kernel's
/// Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").
namespace lamella::layer {

inline constexpr std::string_view kWhiteoutPrefix = ".wh.";
inline constexpr std::string_view kOpaqueName = ".wh..wh..opq";

inline bool isWhiteoutDevice(const struct stat& status)
{
    return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

} // namespace lamella::layer
