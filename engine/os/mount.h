// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/mount.h>

/// Mounts by descriptor: fsopen(2), open_tree(2), move_mount(2), mount_setattr(2). A detached mount vanishes with its
/// last descriptor.
namespace lamella::os {

/// A file system that is being configured.
class FileSystem {
public:
    /// fsopen(2): `type` is "overlay", "tmpfs", …
    static Result<FileSystem> open(const std::string& type);

    Result<void> set(const std::string& key, const std::string& value);
    /// An option without a value ("ro").
    Result<void> setFlag(const std::string& key);
    /// FSCONFIG_SET_FD. Overlay takes it since Linux 6.13 (before: EINVAL, EBADF for O_PATH).
    Result<void> setDescriptor(const std::string& key, BorrowedFd fd);

    /// Makes the superblock and a detached mount of it; `attributes` are MOUNT_ATTR_…
    Result<UniqueFd> mount(std::uint64_t attributes = 0);

private:
    FileSystem(UniqueFd context, std::string type)
        : m_context(std::move(context))
        , m_type(std::move(type))
    {
    }
    std::unexpected<Error> explain(std::string_view what) const;

    UniqueFd m_context;
    std::string m_type;
};

/// A detached copy of the mount at `path` below `directory` ("" for the directory or file itself): a bind mount that is
/// nowhere yet.
Result<UniqueFd> cloneMount(BorrowedFd directory, const std::string& path, bool recursive);

/// mount_setattr(2) on a mount by descriptor.
Result<void> setMountAttributes(BorrowedFd mount, std::uint64_t set, std::uint64_t clear, bool recursive,
                                std::string_view what);

/// Whether mounts made below this one show elsewhere, and the other way round: `type` is MS_PRIVATE, MS_SLAVE,
/// MS_SHARED or MS_UNBINDABLE (mount_namespaces(7)).
Result<void> setMountPropagation(BorrowedFd mount, std::uint64_t type, bool recursive, std::string_view what);

/// Makes a detached mount, and those below it where that is asked for, show its files with the ids of a user namespace:
/// MOUNT_ATTR_IDMAP.
Result<void> idMapMount(BorrowedFd mount, BorrowedFd userNamespace, std::string_view what, bool recursive = true);

/// Attaches a detached mount on top of what `target` (O_PATH) refers to.
Result<void> attachMount(BorrowedFd mount, BorrowedFd target, std::string_view what);

} // namespace lamella::os
