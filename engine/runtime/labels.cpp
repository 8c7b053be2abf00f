// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/labels.h"

#include "engine/os/file.h"
#include "engine/runtime/settings.h"

#include <charconv>
#include <cstring>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

namespace lamella::runtime {

namespace {

using rootfs::Reporter;
using rootfs::Step;

bool hasAppArmor()
{
    return os::readFile("/sys/module/apparmor/parameters/enabled", 16).value_or("N").starts_with('Y');
}

bool hasSelinux()
{
    struct statfs info{};
    return ::statfs("/sys/fs/selinux", &info) == 0 && info.f_type == SELINUX_MAGIC;
}

/// "PID/task/TID/attr/exec" of the caller, who is a single thread: no symlink such as "self" has to be followed.
void nameAttribute(char (&path)[96], const char* attribute)
{
    char* at = path;
    for (const char* part : {"/task/", "/attr/"}) {
        at = std::to_chars(at, at + 12, ::getpid()).ptr;
        at = ::stpcpy(at, part);
    }
    ::stpncpy(at, attribute, static_cast<std::size_t>(path + sizeof path - 1 - at));
}

} // namespace

Result<void> needModules(const oci::Process& process, const oci::Linux& linux)
{
    if (!process.apparmorProfile.empty() && !hasAppArmor())
        return failure(ErrorKind::Unsupported,
                       "config.json: process.apparmorProfile is set, and AppArmor does not run on this machine");
    if (!process.selinuxLabel.empty() && !hasSelinux())
        return failure(ErrorKind::Unsupported,
                       "config.json: process.selinuxLabel is set, and SELinux does not run on this machine");
    if (!linux.mountLabel.empty() && !hasSelinux())
        return failure(ErrorKind::Unsupported,
                       "config.json: linux.mountLabel is set, and SELinux does not run on this machine");
    return {};
}

ProgramLabel programLabel(const oci::Process& process)
{
    if (!process.apparmorProfile.empty()) {
        // Before Linux 5.8 AppArmor's attributes had no directory of their own.
        const bool own = ::access("/proc/self/attr/apparmor/exec", F_OK) == 0;
        return {own ? "apparmor/exec" : "exec", "exec " + process.apparmorProfile};
    }
    if (!process.selinuxLabel.empty())
        return {"exec", process.selinuxLabel};
    return {};
}

UniqueFd openLabel(const ProgramLabel& label, BorrowedFd procfs, const Reporter& reporter)
{
    if (label.attribute == nullptr)
        return {};
    char path[96]{};
    nameAttribute(path, label.attribute);
    open_how how{};
    how.flags = O_WRONLY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    UniqueFd file{static_cast<int>(::syscall(SYS_openat2, procfs.get(), path, &how, sizeof how))};
    struct statfs info{};
    reporter.require(file && ::fstatfs(file.get(), &info) == 0, Step::Settings, detailOf(Setting::Label));
    if (info.f_type != PROC_SUPER_MAGIC)
        reporter.fail(Step::Settings, EXDEV, detailOf(Setting::Label));
    return file;
}

void writeLabel(const ProgramLabel& label, BorrowedFd attribute, const Reporter& reporter)
{
    if (label.attribute == nullptr)
        return;
    const auto length = static_cast<ssize_t>(label.value.size());
    reporter.require(::write(attribute.get(), label.value.data(), label.value.size()) == length, Step::Settings,
                     detailOf(Setting::Label));
}

} // namespace lamella::runtime
