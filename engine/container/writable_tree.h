// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/container/container_tree.h"
#include "engine/container/merged_root.h"
#include "engine/layer/file_attributes.h"

#include <optional>

namespace lamella::container {

/// A container's files, to be changed as its root would change them. It is not entered: where it runs they are reached
/// through its root, otherwise through an overlay of their own that no mount namespace has. What is mounted in it is
/// left alone. Paths are those of layer::insidePath(), and no symlink in them is followed.
class WritableTree {
public:
    /// The calling thread acts as the container's root (ActAsContainerRoot) for as long as this lives, which must end
    /// on the same thread, and before the container may be started. Needs CAP_SYS_ADMIN. Errors: WrongState (it has
    /// ended meanwhile), Unsupported (its first process has changed its root), those of mounting.
    static Result<WritableTree> open(const TreeTarget& target);

    /// The container's "/".
    BorrowedFd root() const { return m_root.borrow(); }

    /// The directory that `path` lies in. Errors: NotFound, InvalidArgument (a symlink stands in the way, or it is
    /// "/"), Busy (something is mounted at the path, or above it).
    Result<UniqueFd> parentOf(const std::string& path) const;

    /// Errors: Busy (something is mounted at the path, or above it).
    Result<void> mayBeReached(const std::string& path) const;

    /// Errors: Busy (something is mounted at the path, or below it).
    Result<void> mayBeMoved(const std::string& path) const;

    /// The host's name for an id of the container. Errors: InvalidArgument (it has no such id).
    Result<std::uint32_t> hostId(std::uint32_t id) const;

    /// As the kernel has it for the container's root, who can do nothing with a file of an id that the container does
    /// not have (user_namespaces(7)). Errors: Unsupported (`status`, of `path`, is of one).
    Result<void> mayBeChanged(const struct stat& status, const std::string& path) const;

    /// Between the host's ids and the container's.
    layer::IdShift ids() const { return {m_idBase, m_idCount, false}; }

private:
    WritableTree(UniqueFd root, std::vector<std::string> mounts, std::uint32_t idBase, std::uint32_t idCount,
                 ActAsContainerRoot acting);

    UniqueFd m_root;
    std::vector<std::string> m_mounts;
    std::uint32_t m_idBase;
    std::uint32_t m_idCount;
    ActAsContainerRoot m_acting;
};

} // namespace lamella::container
