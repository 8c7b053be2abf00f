// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lamella::layer {

/// The paths of directories that events name by file handles. What was found is kept until forget(). The file tree is
/// hostile: a directory is where the kernel says that it is, and no link is followed. One thread.
class DirectoryPaths {
public:
    /// Absolute, "/" for the root; as seen in the mount that `mount` (not an O_PATH one) is of. Where the directory is
    /// now, which may be another place than it was. Errors: NotFound (it is no more), LimitExceeded (its path is longer
    /// than PATH_MAX).
    Result<std::string> find(BorrowedFd mount, std::string_view handle);

    /// A directory has moved.
    void forget() { m_known.clear(); }

private:
    static Result<std::string> ask(BorrowedFd mount, std::string_view handle);

    std::unordered_map<std::string, std::string> m_known;
    std::size_t m_bytes = 0;
};

} // namespace lamella::layer
