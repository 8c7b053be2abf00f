// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/merged_root.h"

#include "engine/container/mount_table.h"
#include "engine/os/file.h"

#include <linux/magic.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <algorithm>
#include <format>
#include <memory>
#include <ranges>
#include <utility>

namespace lamella::container {

namespace {

std::unexpected<Error> hasEnded()
{
    return failure(ErrorKind::WrongState, "the container has ended meanwhile: try again");
}

/// A file of the process that /proc shows in `process`, whichever has its number by now.
Result<std::string> readOf(BorrowedFd process, const std::string& name)
{
    const auto file = os::openAt(process, name, O_RDONLY);
    if (!file)
        return hasEnded();
    auto text = os::readAll(file->borrow(), name);
    return text ? std::move(text) : hasEnded();
}

/// proc_pid_cgroup(5): a line "number:controllers:path" for each hierarchy.
bool isIn(const std::string& cgroups, const std::string& path)
{
    return std::ranges::any_of(std::views::split(cgroups, '\n'), [&](const auto& part) {
        const std::string_view line{part};
        const auto second = line.find(':', line.find(':') + 1);
        return second != std::string_view::npos && line.substr(second + 1).starts_with(path);
    });
}

std::unexpected<Error> hasOtherRoot()
{
    return failure(ErrorKind::Unsupported, "the container's first process has changed its root: stop it first");
}

/// Which mount it is the root of, and of which file system.
struct RootMount {
    std::uint64_t id = 0;
    dev_t device = 0;
};

/// Errors: Unsupported (it is not the root of an overlay).
Result<RootMount> lookAtRoot(BorrowedFd root)
{
    struct statfs system{};
    struct statx status{};
    if (::fstatfs(root.get(), &system) != 0
        || ::statx(root.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &status) != 0)
        return systemFailure("cannot look at the container's root");
    if (system.f_type != OVERLAYFS_SUPER_MAGIC || (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
        return hasOtherRoot();
    return RootMount{status.stx_mnt_id, makedev(status.stx_dev_major, status.stx_dev_minor)};
}

/// Where something is mounted on that root. Errors: WrongState (it has ended), Unsupported (the process has another
/// root by now, or one that is a part of a file system).
Result<std::vector<std::string>> pointsOn(const RootMount& root, const std::vector<MountEntry>& mounts)
{
    if (mounts.empty())
        return hasEnded();
    std::vector<std::string> points;
    bool isThere = false;
    for (const auto& mount : mounts) {
        if (mount.point.size() > 1) {
            points.push_back(mount.point.substr(1));
            continue;
        }
        if (mount.root != "/")
            return hasOtherRoot();
        isThere = isThere || (mount.id == root.id && mount.device == root.device && mount.type == "overlay");
    }
    if (!isThere)
        return hasOtherRoot();
    return points;
}

/// The root is opened first: what is said of the mounts counts for it alone.
struct OpenedRoot {
    UniqueFd place; ///< O_PATH
    RootMount mount;
    std::vector<std::string> points;
};

Result<OpenedRoot> openRoot(BorrowedFd process)
{
    auto place = os::openAt(process, "root", O_PATH | O_DIRECTORY);
    if (!place)
        return hasEnded();
    const auto mount = TRY(lookAtRoot(place->borrow()));
    auto points = TRY(pointsOn(mount, parseMountTable(TRY(readOf(process, "mountinfo")))));
    return OpenedRoot{std::move(*place), mount, std::move(points)};
}

/// Held open, it is of this process even when another one gets the number.
Result<UniqueFd> openProcess(pid_t pid, const std::string& cgroupPath)
{
    auto process = os::open(std::format("/proc/{}", pid), O_PATH | O_DIRECTORY);
    if (!process || !isInCgroup(process->borrow(), cgroupPath))
        return hasEnded();
    return process;
}

} // namespace

Result<MergedRoot> openMergedRoot(pid_t pid, const std::string& cgroupPath)
{
    const UniqueFd process = TRY(openProcess(pid, cgroupPath));
    auto opened = TRY(openRoot(process.borrow()));
    return MergedRoot{std::move(opened.place), std::move(opened.points)};
}

bool isInCgroup(BorrowedFd process, const std::string& cgroupPath)
{
    const auto cgroups = readOf(process, "cgroup");
    return cgroups && isIn(*cgroups, cgroupPath);
}

Result<RunningRoot> RunningRoot::find(pid_t pid, const std::string& cgroupPath)
{
    RunningRoot running;
    running.m_process = TRY(openProcess(pid, cgroupPath));
    running.m_mount = TRY(openRoot(running.process())).mount.id;
    return running;
}

/// Looked at before it is opened: a process chooses its root, and may choose one that never answers.
Result<UniqueFd> RunningRoot::open() const
{
    const auto root = os::openAt(process(), "root", O_PATH | O_DIRECTORY);
    if (!root)
        return hasEnded();
    if (TRY(lookAtRoot(root->borrow())).id != m_mount)
        return hasOtherRoot();
    return os::openAt(root->borrow(), ".", O_RDONLY | O_DIRECTORY);
}

Result<ActAsContainerRoot> ActAsContainerRoot::enter(std::uint32_t base)
{
    ActAsContainerRoot acting;
    ::setfsgid(base);
    ::setfsuid(base); // takes the file system capabilities away
    constexpr auto kAsk = static_cast<uid_t>(-1);
    if (static_cast<uid_t>(::setfsuid(kAsk)) != base || static_cast<gid_t>(::setfsgid(kAsk)) != base)
        return failure(ErrorKind::Failed, std::format("cannot act as user {}", base));
    const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> capabilities{::cap_get_proc(), ::cap_free};
    if (!capabilities || ::cap_fill_flag(capabilities.get(), CAP_EFFECTIVE, capabilities.get(), CAP_PERMITTED) != 0
        || ::cap_set_proc(capabilities.get()) != 0)
        return systemFailure("cannot keep the capabilities of this thread");
    return acting;
}

ActAsContainerRoot::ActAsContainerRoot(ActAsContainerRoot&& other) noexcept
    : m_active(std::exchange(other.m_active, false))
{
}

ActAsContainerRoot::~ActAsContainerRoot()
{
    if (!m_active)
        return;
    ::setfsuid(0);
    ::setfsgid(0);
}

} // namespace lamella::container
