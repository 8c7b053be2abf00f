// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/cgroup_mounts.h"

#include "engine/os/file.h"
#include "engine/os/mount.h"

#include <format>
#include <ranges>

namespace lamella::rootfs {

namespace {

constexpr std::string_view kBase = "/sys/fs/cgroup";
constexpr std::uint64_t kAttributes
    = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RELATIME;

/// The mount points of cgroup trees at or directly below /sys/fs/cgroup (proc_pid_mountinfo(5)).
Result<std::vector<std::string>> findTrees()
{
    std::vector<std::string> found;
    const std::string mountinfo = TRY(os::readFile("/proc/self/mountinfo", 16u << 20));
    for (const auto part : std::views::split(std::string_view{mountinfo}, '\n')) {
        const std::string_view line{part};
        const std::size_t separator = line.find(" - cgroup");
        if (separator == line.npos)
            continue;
        std::size_t at = 0;
        for (int field = 0; field < 4; ++field)
            at = line.find(' ', at) + 1;
        const std::string point{line.substr(at, line.find(' ', at) - at)};
        if (point == kBase || (point.starts_with(kBase) && point.find('/', kBase.size() + 1) == point.npos))
            found.push_back(point);
    }
    return found;
}

Result<UniqueFd> makeBase(Owner owner)
{
    os::FileSystem tmpfs = TRY(os::FileSystem::open("tmpfs"));
    TRY(tmpfs.set("source", "cgroup"));
    TRY(tmpfs.set("mode", "755"));
    TRY(tmpfs.set("size", "64k"));
    TRY(tmpfs.set("uid", std::to_string(owner.uid)));
    TRY(tmpfs.set("gid", std::to_string(owner.gid)));
    return tmpfs.mount(kAttributes & ~std::uint64_t{MOUNT_ATTR_RDONLY});
}

/// v1's "cpu,cpuacct" is found as "cpu" and as "cpuacct" too.
Result<void> addNames(BorrowedFd base, const std::string& name)
{
    if (::mkdirat(base.get(), name.c_str(), 0555) != 0)
        return systemFailure(std::format("cannot make {}/{}", kBase, name));
    if (!name.contains(','))
        return {};
    for (const auto part : std::views::split(std::string_view{name}, ',')) {
        if (::symlinkat(name.c_str(), base.get(), std::string{std::string_view{part}}.c_str()) != 0 && errno != EEXIST)
            return systemFailure(std::format("cannot link {}/{}", kBase, name));
    }
    return {};
}

} // namespace

Result<CgroupMounts> makeCgroupMounts(const std::string& cgroupPath, Owner owner)
{
    CgroupMounts mounts;
    const std::string relative = cgroupPath.substr(std::min(cgroupPath.find_first_not_of('/'), cgroupPath.size()));
    for (const std::string& point : TRY(findTrees())) {
        const UniqueFd tree = TRY(os::open(point, O_PATH | O_DIRECTORY));
        auto own = os::openBeneath(tree.borrow(), relative, O_PATH | O_DIRECTORY);
        if (!own)
            continue; // a tree that nothing of this container is in, as systemd's own
        UniqueFd mount = TRY(os::cloneMount(own->borrow(), "", false));
        TRY(os::setMountAttributes(mount.borrow(), kAttributes, MOUNT_ATTR__ATIME, false, point));
        const bool unified = point == kBase;
        if (!unified && !mounts.base)
            mounts.base = TRY(makeBase(owner));
        std::string name = unified ? "" : point.substr(kBase.size() + 1);
        if (!unified)
            TRY(addNames(mounts.base.borrow(), name));
        mounts.trees.push_back({std::move(name), std::move(mount)});
    }
    if (mounts.base)
        TRY(os::setMountAttributes(mounts.base.borrow(), MOUNT_ATTR_RDONLY, 0, false, std::string{kBase}));
    return mounts;
}

} // namespace lamella::rootfs
