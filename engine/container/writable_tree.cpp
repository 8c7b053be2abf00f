// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/writable_tree.h"

#include "engine/layer/path_selection.h"
#include "engine/layer/revert.h"
#include "engine/layer/tree.h"
#include "engine/oci/spec.h"
#include "engine/os/file.h"
#include "engine/os/namespace.h"
#include "engine/rootfs/overlay.h"

#include <fcntl.h>

#include <chrono>
#include <format>
#include <thread>
#include <utility>

namespace lamella::container {

namespace {

using namespace std::chrono_literals;

/// The overlay of a container that has just ended goes a little later than its processes.
constexpr auto kOverlayPatience = 3s;
constexpr auto kOverlayPause = 20ms;

Result<UniqueFd> mountStopped(const TreeTarget& target)
{
    TRY(layer::finishRevert(target.directories, target.scratch));
    const auto spec = TRY(oci::parseSpec(TRY(os::readFile(target.config))));
    const auto& directories = target.directories;
    const auto map = std::format("0 {} {}\n", directories.idBase, directories.idCount);
    UniqueFd space;
    if (!spec.linux.uidMappings.empty())
        space = TRY(os::makeUserNamespace(map, map));
    const auto until = std::chrono::steady_clock::now() + kOverlayPatience;
    for (;;) {
        auto root = rootfs::makeOverlay(spec, space ? std::optional{space.borrow()} : std::nullopt);
        if (root)
            return std::move(root->mount);
        if (root.error().kind != ErrorKind::Busy || std::chrono::steady_clock::now() > until)
            return std::unexpected(std::move(root).error());
        std::this_thread::sleep_for(kOverlayPause);
    }
}

std::unexpected<Error> isMounted(const std::string& mount)
{
    return failure(ErrorKind::Busy,
                   std::format("something is mounted at /{}, and is no part of the container's own files", mount));
}

} // namespace

WritableTree::WritableTree(UniqueFd root, std::vector<std::string> mounts, std::uint32_t idBase, std::uint32_t idCount,
                           ActAsContainerRoot acting)
    : m_root(std::move(root))
    , m_mounts(std::move(mounts))
    , m_idBase(idBase)
    , m_idCount(idCount)
    , m_acting(std::move(acting))
{
}

Result<WritableTree> WritableTree::open(const TreeTarget& target)
{
    UniqueFd root;
    std::vector<std::string> mounts;
    if (target.pid != 0) {
        auto merged = TRY(openMergedRoot(target.pid, target.cgroupPath));
        root = std::move(merged.root);
        mounts = std::move(merged.mounts);
    } else {
        mounts = TRY(mountPoints(target));
        root = TRY(mountStopped(target));
    }
    auto acting = TRY(ActAsContainerRoot::enter(target.directories.idBase));
    return WritableTree{std::move(root), std::move(mounts), target.directories.idBase, target.directories.idCount,
                        std::move(acting)};
}

Result<UniqueFd> WritableTree::parentOf(const std::string& path) const
{
    if (path.empty())
        return failure(ErrorKind::InvalidArgument, "this cannot be done with \"/\"");
    TRY(mayBeReached(path));
    return layer::openInside(root(), layer::splitPath(path).parent, O_RDONLY | O_DIRECTORY);
}

Result<void> WritableTree::mayBeReached(const std::string& path) const
{
    for (const auto& mount : m_mounts) {
        if (layer::isWithin(path, mount))
            return isMounted(mount);
    }
    return {};
}

Result<void> WritableTree::mayBeMoved(const std::string& path) const
{
    for (const auto& mount : m_mounts) {
        // Renaming or removing where another namespace has a mount takes the mount away: rename(2).
        if (layer::isWithin(mount, path))
            return isMounted(mount);
    }
    return {};
}

Result<std::uint32_t> WritableTree::hostId(std::uint32_t id) const
{
    if (id >= m_idCount)
        return failure(ErrorKind::InvalidArgument,
                       std::format("{} is no id of the container: it has {} of them", id, m_idCount));
    return m_idBase + id;
}

Result<void> WritableTree::mayBeChanged(const struct stat& status, const std::string& path) const
{
    const auto isOurs = [this](std::uint32_t id) { return id >= m_idBase && id - m_idBase < m_idCount; };
    if (!isOurs(status.st_uid) || !isOurs(status.st_gid))
        return failure(ErrorKind::Unsupported,
                       std::format("/{} is of a user or group that the container does not have", path));
    return {};
}

} // namespace lamella::container
