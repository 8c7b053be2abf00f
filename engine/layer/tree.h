// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <stop_token>
#include <string>
#include <string_view>

/// Trees of files that hold foreign content, handled by descriptors alone.
namespace lamella::layer {

/// A name from an archive as a path inside the layer: no leading or doubled slashes, no ".", "" for the layer's root.
/// An absolute name counts from the layer's root. Errors: InvalidArgument (a "..", a component that is too long).
Result<std::string> insidePath(std::string_view name);

/// Splits a path of insidePath(): the directory ("" for the root) and the last component.
struct SplitPath {
    std::string_view parent;
    std::string_view name;
};
SplitPath splitPath(std::string_view path);

/// Opens a path of insidePath() below `root` without following any symlink or leaving the mount. Errors: NotFound,
/// InvalidArgument (a symlink stands in the way).
Result<UniqueFd> openInside(BorrowedFd root, std::string_view path, int flags);

/// Removes `name` in `parent`, whatever it is, and all below it; finding nothing is well. Symlinks are not followed and
/// mounts not entered (Busy). However deep the tree is, few descriptors are open and nothing recurses; of an overlay's
/// lower directories, which cannot be moved, one for each level. Errors: also Cancelled, with a part of it gone.
Result<void> removeTree(BorrowedFd parent, const std::string& name, const std::stop_token& stop = {});

} // namespace lamella::layer
