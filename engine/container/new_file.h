// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <string>

namespace lamella::container {

/// A file that is written before it takes its place in a container. It has no name until then (open(2), O_TMPFILE), so
/// that nothing is left of it whatever ends the process. Only what takes the place of another file has a name of its
/// own for the moment between link(2) and rename(2); and where overlay knows no files without a name, before Linux 6.1,
/// each has one while it is written. Given up, it leaves nothing.
class NewFile {
public:
    /// A file for `parent`, which must outlive it; its mode is 0600. `path` is for people. Errors: NoSpace, system
    /// errors.
    static Result<NewFile> make(BorrowedFd parent, const std::string& path);
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

    /// Open for reading and writing.
    BorrowedFd file() const { return m_file.borrow(); }

    /// Gives it the name `name` where nothing has it. Errors: AlreadyExists.
    Result<void> putAt(const std::string& name, const std::string& path);

    /// Puts it in the place of what is called `name`, in one step.
    Result<void> replace(const std::string& name, const std::string& path);

private:
    explicit NewFile(BorrowedFd parent);
    bool link(const std::string& name) const;

    BorrowedFd m_parent;
    UniqueFd m_file;
    std::string m_name; ///< empty while it has none of its own
};

} // namespace lamella::container
