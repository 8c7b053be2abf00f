// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace lamella::layer {

enum class TarType { File, HardLink, Symlink, CharDevice, BlockDevice, Directory, Fifo };

/// A piece of a sparse file that is not a hole.
struct TarChunk {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// One member of an archive, as all its headers together say. Nothing of it was checked against a file system.
struct TarEntry {
    TarType type = TarType::File;
    std::string path;
    std::string linkPath; ///< of hard links and symlinks
    mode_t mode = 0; ///< permission bits, set-id and sticky
    uid_t uid = 0;
    gid_t gid = 0;
    std::uint64_t size = 0; ///< of the file once it is unpacked, holes included
    timespec mtime{};
    unsigned deviceMajor = 0;
    unsigned deviceMinor = 0;
    std::vector<std::pair<std::string, std::string>> xattrs;
    std::vector<TarChunk> chunks; ///< ascending; one for a file that is not sparse
};

} // namespace lamella::layer
