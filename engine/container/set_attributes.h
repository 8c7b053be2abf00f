// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/writable_tree.h"

#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// Modes, owners and times of a container's files. What holds for file_changes.h holds here.
namespace lamella::container {

struct FileAttributes {
    std::optional<mode_t> mode = {}; ///< permission bits, set-id and sticky; a symlink has none
    std::optional<std::uint32_t> uid = {}; ///< as the container sees it
    std::optional<std::uint32_t> gid = {};
    std::optional<timespec> mtime = {};
};

/// Of whatever is there, also "/". Changing the owner takes set-id bits away, unless `mode` says them again.
Result<void> setAttributes(const WritableTree& tree, const std::string& path, const FileAttributes& attributes);

/// What became of files and everything below them.
struct AttributesBelow {
    static constexpr std::size_t kMostTold = 100;

    std::uint64_t changed = 0; ///< or were so already
    std::uint64_t unchanged = 0;
    std::vector<std::string> reasons; ///< why not, of the first kMostTold: sentences with their paths
};

/// Sets mode and owners of `paths` and of everything below them. Of directories the mode is set as it is; others get
/// execute bits only where somebody may execute them already (chmod(1), "X"), and neither set-id nor sticky bits.
/// Symlinks get owners alone, and are not followed. What is mounted is left alone, with all in it. What cannot be
/// changed is passed over and counted, also one of `paths`; what vanishes below them meanwhile is not. What is so
/// already is not copied from the image. `tell` is called with each directory. Errors: Cancelled (a part is changed),
/// NoSpace, LimitExceeded (too many directories beside each other), InvalidArgument (the container has no such id);
/// where `paths` is a single one and nothing was changed, those of setAttributes() for it.
Result<AttributesBelow> setAttributesBelow(const WritableTree& tree, const std::vector<std::string>& paths,
                                           const FileAttributes& attributes,
                                           const std::function<void(const std::string& directory)>& tell,
                                           const std::stop_token& stop);

} // namespace lamella::container
