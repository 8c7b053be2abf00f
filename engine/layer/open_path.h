// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace lamella::layer {

/// The directories from a tree's root down to the one that is worked in, kept open: the next one is mostly the same or
/// a neighbour. What is done in a directory changes its time; that it should have is set when it is left. Follows no
/// symlink. Nobody else may write to the tree meanwhile.
class OpenPath {
public:
    struct Directory {
        std::size_t length = 0; ///< of its path
        UniqueFd fd; ///< open for reading; none for one far up
        struct stat status{}; ///< when it was entered
        timespec time{}; ///< that it gets when it is left
    };

    explicit OpenPath(BorrowedFd root);

    /// Makes the missing directory `name` in `parent`; `path` is all of it.
    using Make = std::function<Result<void>(BorrowedFd parent, const std::string& name, const std::string& path)>;

    /// Goes to the directory `path` (of insidePath()), with `make` for what is missing on the way; it is valid until
    /// the next call. Errors: InvalidArgument (a symlink stands in the way), system errors, those of `make`.
    Result<Directory*> go(std::string_view path, const Make& make);

    /// Goes on from there into `name`.
    Result<Directory*> enter(std::string_view name);

    /// Leaves all of them, the root last.
    Result<void> finish();

private:
    Result<Directory*> top();
    Result<void> leave();
    Result<Directory*> push(UniqueFd fd, std::string_view name);

    BorrowedFd m_root;
    std::string m_path; ///< of the last one
    std::vector<Directory> m_directories; ///< from the root
    std::size_t m_closed = 1; ///< those between the root and this one are not open
};

} // namespace lamella::layer
