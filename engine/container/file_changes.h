// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/writable_tree.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

/// What a person changes in a container's files. Paths are those of layer::insidePath(); no symlink is followed,
/// neither on the way nor at the end, nothing but regular files is ever opened, and what a process of the container
/// puts in the way meanwhile leads nowhere else. Errors of all: NotFound, InvalidArgument (a symlink stands in the
/// way), Busy (something is mounted there), Unsupported (it is of a user or group that the container does not have),
/// NoSpace, system errors.
namespace lamella::container {

struct FileContent {
    /// A sealed memory file, which is written from its beginning.
    BorrowedFd bytes;
    /// Writes into the file that is there, from this position on. Without it the file is replaced in one step: it keeps
    /// owner, mode and attributes, and other hard links keep what they had.
    std::optional<std::uint64_t> offset = {};
    std::optional<mode_t> mode = {}; ///< of a new one; otherwise 0644
    /// "sha256:<hex>" of what is replaced. Errors: DigestMismatch (it is another by now).
    std::string replaces = {};
    bool mustBeNew = false; ///< Errors: AlreadyExists
};

/// What is replaced must be a regular file.
Result<void> writeFile(const WritableTree& tree, const std::string& path, const FileContent& content);

/// Errors: AlreadyExists.
Result<void> makeDirectory(const WritableTree& tree, const std::string& path, mode_t mode);

/// `target` is as the link says it, and need not be there. Errors: AlreadyExists.
Result<void> makeSymlink(const WritableTree& tree, const std::string& path, const std::string& target);

/// `replace`: in the place of a file that is there. Errors: AlreadyExists, Unsupported (a directory of the image:
/// overlay cannot move it).
Result<void> moveFile(const WritableTree& tree, const std::string& from, const std::string& to, bool replace);

/// With all below it. Nothing there is well. Errors: Cancelled (a part of it is gone).
Result<void> removeFile(const WritableTree& tree, const std::string& path, const std::stop_token& stop);

} // namespace lamella::container
