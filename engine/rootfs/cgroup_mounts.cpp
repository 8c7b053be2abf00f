// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/cgroup_mounts.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"

#include <ranges>

namespace lamella::rootfs {

namespace {

constexpr std::string_view kBase = "/sys/fs/cgroup";
constexpr std::uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RELATIME;

Result<UniqueFd> makeBase(Owner owner)
{
    os::FileSystem tmpfs = TRY(os::FileSystem::open("tmpfs"));
    TRY(tmpfs.set("source", "cgroup"));
    TRY(tmpfs.set("mode", "755"));
    TRY(tmpfs.set("size", "64k"));
    TRY(tmpfs.set("uid", std::to_string(owner.uid)));
    TRY(tmpfs.set("gid", std::to_string(owner.gid)));
    return tmpfs.mount(kAttributes);
}

/// v1's "cpu,cpuacct" is found as "cpu" and as "cpuacct" too.
Result<void> addNames(BorrowedFd base, const std::string& name)
{
    if (::mkdirat(base.get(), name.c_str(), 0555) != 0)
        return systemFailure(compose("cannot make {}/{}", kBase, name));
    if (!name.contains(','))
        return {};
    for (const auto part : std::views::split(std::string_view{name}, ',')) {
        if (::symlinkat(name.c_str(), base.get(), std::string{std::string_view{part}}.c_str()) != 0 && errno != EEXIST)
            return systemFailure(compose("cannot link {}/{}", kBase, name));
    }
    return {};
}

/// The part of a tree that the container sees; none of a tree that nothing of it is in, as systemd's own.
Result<UniqueFd> makeTree(const CgroupTree& tree, const CgroupView& view)
{
    const UniqueFd top = TRY(os::open(tree.point, O_PATH | O_DIRECTORY));
    const std::string& path = view.own.path;
    const std::string relative = path.substr(std::min(path.find_first_not_of('/'), path.size()));
    const bool whole = relative.empty() || (view.wholeUnified && tree.point == kBase);
    auto seen = os::openBeneath(top.borrow(), whole ? "." : relative, O_PATH | O_DIRECTORY);
    if (!seen && seen.error().kind != ErrorKind::NotFound)
        return std::unexpected(std::move(seen).error());
    if (!seen)
        return UniqueFd{};
    UniqueFd mount = TRY(os::cloneMount(seen->borrow(), "", false));
    TRY(os::setMountPropagation(mount.borrow(), MS_PRIVATE, false, tree.point));
    TRY(os::setMountAttributes(mount.borrow(), kAttributes | view.attributes, MOUNT_ATTR__ATIME, false, tree.point));
    return mount;
}

} // namespace

Result<CgroupMounts> makeCgroupMounts(const CgroupView& view, Owner owner)
{
    CgroupMounts mounts;
    for (const CgroupTree& tree : view.own.trees) {
        if (view.unifiedOnly && !tree.isUnified)
            continue;
        UniqueFd mount = TRY(makeTree(tree, view));
        if (!mount)
            continue;
        const bool alone = view.unifiedOnly || tree.point == kBase;
        if (!alone && !mounts.base)
            mounts.base = TRY(makeBase(owner));
        std::string name = alone ? "" : tree.point.substr(kBase.size() + 1);
        if (!alone)
            TRY(addNames(mounts.base.borrow(), name));
        mounts.trees.push_back({std::move(name), std::move(mount)});
    }
    if (mounts.base && view.attributes != 0)
        TRY(os::setMountAttributes(mounts.base.borrow(), view.attributes, 0, false, kBase));
    return mounts;
}

} // namespace lamella::rootfs
