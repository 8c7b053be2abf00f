// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/merged_lower.h"

#include <cstdint>

namespace lamella::layer {

/// A container's overlay as it lies on the disk.
struct OverlayDirectories {
    std::filesystem::path upper;
    std::filesystem::path work;
    std::vector<std::filesystem::path> layers; ///< from the bottom
    std::uint32_t idBase = 0; ///< the host's id of the container's root
    std::uint32_t idCount = UINT32_MAX; ///< and how many follow
};

/// A container's files as overlay shows them, put together from its directories without mounting them (overlayfs.rst).
/// What is mounted inside the container is not seen. Paths are those of insidePath(); no symlink is followed.
class OverlayTree {
public:
    /// Of an image alone, where `upper` is empty: Version::Image is all that may be asked for. Errors: NotFound (the
    /// writable layer or a layer is not there).
    static Result<OverlayTree> open(const OverlayDirectories& directories);

    /// What the writable layer says of a path.
    struct InUpper {
        bool isThere = false; ///< it has an entry there: a file, a directory or a whiteout
        bool hidesLower = false; ///< whatever the layers have there is not seen, because of what lies above it
        bool hasParent = true; ///< the directory above is one of the writable layer
        struct stat status{}; ///< of the entry
    };
    InUpper inUpper(std::string_view path) const;

    enum class Version { Container, Image };
    struct File {
        BorrowedFd root; ///< `path` is looked up from it
        struct stat status{};
        int layer = -1; ///< that it is of, from the bottom; -1 for the writable one
    };

    /// What the container sees at a path, or what it saw when it was new.
    std::optional<File> find(std::string_view path, Version version) const;

    BorrowedFd upper() const { return m_upper.borrow(); }
    const MergedLower& lower() const { return m_lower; }
    std::uint32_t idBase() const { return m_idBase; }

private:
    OverlayTree(UniqueFd upper, MergedLower lower, std::uint32_t idBase);

    UniqueFd m_upper;
    MergedLower m_lower;
    std::uint32_t m_idBase;
};

} // namespace lamella::layer
