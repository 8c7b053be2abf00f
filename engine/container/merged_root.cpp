// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/merged_root.h"

#include "engine/os/file.h"

#include <linux/magic.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
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

std::string unescaped(std::string_view field)
{
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const bool isEscape = field[i] == '\\' && i + 3 < field.size();
        text += isEscape ? static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + field[i + 3] - '0')
                         : field[i];
        i += isEscape ? 3 : 0;
    }
    return text;
}

std::unexpected<Error> hasOtherRoot()
{
    return failure(ErrorKind::Unsupported, "the container's first process has changed its root: stop it first");
}

/// proc_pid_mountinfo(5): the fourth field is which directory of the file system, the fifth is where, with space, tab,
/// newline and backslash as three octal digits.
Result<std::vector<std::string>> mountPoints(const std::string& mountinfo)
{
    std::vector<std::string> points;
    for (const auto& part : std::views::split(mountinfo, '\n')) {
        std::vector<std::string_view> fields;
        for (const auto& field : std::views::split(part, ' '))
            fields.emplace_back(field);
        if (fields.size() < 5)
            continue;
        const auto path = unescaped(fields[4]);
        if (path.size() > 1)
            points.push_back(path.substr(1));
        else if (fields[3] != "/")
            return hasOtherRoot();
    }
    return points;
}

/// Which mount of an overlay it is the root of (statx(2), stx_mnt_id).
Result<std::uint64_t> checkRoot(BorrowedFd root)
{
    struct statfs system{};
    struct statx status{};
    if (::fstatfs(root.get(), &system) != 0
        || ::statx(root.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &status) != 0)
        return systemFailure("cannot look at the container's root");
    if (system.f_type != OVERLAYFS_SUPER_MAGIC || (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
        return hasOtherRoot();
    return status.stx_mnt_id;
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
    MergedRoot merged;
    merged.mounts = TRY(mountPoints(TRY(readOf(process.borrow(), "mountinfo"))));
    auto root = os::openAt(process.borrow(), "root", O_PATH | O_DIRECTORY);
    if (!root)
        return hasEnded();
    merged.root = std::move(*root);
    TRY(checkRoot(merged.root.borrow()));
    return merged;
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
    TRY(mountPoints(TRY(readOf(running.process(), "mountinfo")))); // is its root that of a whole file system?
    const auto root = os::openAt(running.process(), "root", O_PATH | O_DIRECTORY);
    if (!root)
        return hasEnded();
    running.m_mount = TRY(checkRoot(root->borrow()));
    return running;
}

/// Looked at before it is opened: a process chooses its root, and may choose one that never answers.
Result<UniqueFd> RunningRoot::open() const
{
    const auto root = os::openAt(process(), "root", O_PATH | O_DIRECTORY);
    if (!root)
        return hasEnded();
    if (TRY(checkRoot(root->borrow())) != m_mount)
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
