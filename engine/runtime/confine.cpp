// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/home.h"
#include "engine/runtime/program.h"
#include "engine/runtime/settings.h"

#include <climits>
#include <csignal>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <linux/securebits.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Everything here runs between clone3(2) and execve(2): raw system calls where glibc's wrapper would lock (setresuid(2)
// signals all threads), no allocation.
namespace lamella::runtime {

namespace {

using rootfs::Reporter;
using rootfs::Step;

/// A raise that the kernel refuses (CAP_SYS_RESOURCE is missing on many machines) is no reason not to start: the
/// program gets as much as there is.
void setLimits(const Program& program, const Reporter& reporter)
{
    for (std::size_t i = 0; i < program.limits.size(); ++i) {
        const auto resource = static_cast<__rlimit_resource>(program.limits[i].resource);
        rlimit wanted = program.limits[i].value;
        if (::setrlimit(resource, &wanted) == 0)
            continue;
        rlimit current{};
        reporter.require(errno == EPERM && ::getrlimit(resource, &current) == 0, Step::Limits,
                         static_cast<std::uint32_t>(i));
        wanted.rlim_cur = std::min(wanted.rlim_cur, current.rlim_max);
        wanted.rlim_max = std::min(wanted.rlim_max, current.rlim_max);
        reporter.require(::setrlimit(resource, &wanted) == 0, Step::Limits, static_cast<std::uint32_t>(i));
    }
    reporter.reached(Step::Limits);
}

/// What a program is surrounded by and keeps over its execve(2).
void surround(const Program& program, BorrowedFd label, const Reporter& reporter)
{
    reporter.require(!program.personality || ::personality(*program.personality) >= 0, Step::Settings,
                     detailOf(Setting::Personality));
    reporter.require(!program.memoryPolicy || applyMemoryPolicy(*program.memoryPolicy), Step::Settings,
                     detailOf(Setting::MemoryPolicy));
    writeLabel(program.label, label, reporter);
}

void dropBounding(std::uint64_t keep, const Reporter& reporter)
{
    for (unsigned long capability = 0; capability < 64; ++capability) {
        if ((keep >> capability & 1) != 0)
            continue;
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
            continue;
        if (errno == EINVAL)
            return; // the kernel knows no more
        reporter.fail(Step::Capabilities, errno);
    }
}

void becomeUser(const Program& program, const Reporter& reporter)
{
    ::umask(program.umask);
    // Keeps the permitted set over the change of user; execve(2) clears the bit.
    reporter.require(::prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, 0, 0, 0) == 0, Step::User);
    reporter.require(::syscall(SYS_setgroups, program.groups.size(), program.groups.data()) == 0, Step::User);
    reporter.require(::syscall(SYS_setresgid, program.gid, program.gid, program.gid) == 0, Step::User);
    reporter.require(::syscall(SYS_setresuid, program.uid, program.uid, program.uid) == 0, Step::User);
    reporter.reached(Step::User);
}

__user_cap_data_struct half(const CapabilityMasks& masks, std::uint64_t held, int shift)
{
    return {static_cast<__u32>((masks.effective & held) >> shift),
            static_cast<__u32>((masks.permitted & held) >> shift), static_cast<__u32>(masks.inheritable >> shift)};
}

/// What the runtime itself does not hold cannot be given: less than asked for is safe.
void setCapabilities(const CapabilityMasks& masks, const Reporter& reporter)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct current[2]{};
    reporter.require(::syscall(SYS_capget, &header, current) == 0, Step::Capabilities);
    const std::uint64_t held = current[0].permitted | std::uint64_t{current[1].permitted} << 32;
    const __user_cap_data_struct wanted[2]{half(masks, held, 0), half(masks, held, 32)};
    reporter.require(::syscall(SYS_capset, &header, wanted) == 0, Step::Capabilities);
    reporter.require(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0, Step::Capabilities);
    // Only what is also permitted and inheritable can be ambient (capabilities(7)); configurations ask for more.
    const std::uint64_t ambient = masks.ambient & masks.permitted & masks.inheritable & held;
    for (unsigned long capability = 0; capability < 64; ++capability) {
        if ((ambient >> capability & 1) != 0)
            reporter.require(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0, Step::Capabilities);
    }
    reporter.reached(Step::Capabilities);
}

/// A working directory through a descriptor of the host's (/proc/self/fd/N) would lie outside of the root. So no magic
/// links are followed; and where getcwd(2) gives a name that does not begin with a slash, it lies outside all the same.
/// False with errno where it cannot be entered.
bool enterDirectory(const Program& program, const Reporter& reporter)
{
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_MAGICLINKS;
    const auto directory = static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, program.cwd.c_str(), &how, sizeof how));
    if (directory < 0 || ::fchdir(directory) != 0)
        return false;
    char where[PATH_MAX];
    reporter.require(::syscall(SYS_getcwd, where, sizeof where) > 0, Step::WorkingDirectory);
    if (where[0] != '/')
        reporter.fail(Step::WorkingDirectory, EXDEV);
    return true;
}

/// What root may not enter (a directory of a network file system) the user may.
void enterDirectoryAsUser(const Program& program, bool isThere, const Reporter& reporter)
{
    reporter.require(isThere || enterDirectory(program, reporter), Step::WorkingDirectory);
    reporter.reached(Step::WorkingDirectory);
}

} // namespace

void confine(const Program& program, BorrowedFd label, const Reporter& reporter)
{
    if (program.home != nullptr)
        findHome(program.uid, program.home);
    surround(program, label, reporter);
    setLimits(program, reporter);
    const bool isThere = enterDirectory(program, reporter); // while no filter forbids what it takes
    if (program.noNewPrivileges)
        reporter.require(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, Step::Capabilities);
    else
        loadFilter(program, reporter); // as long as it may: this needs CAP_SYS_ADMIN
    dropBounding(program.capabilities.bounding, reporter);
    becomeUser(program, reporter);
    setCapabilities(program.capabilities, reporter);
    // After the changes of user and capabilities, which clear it; execve(2) keeps it (PR_SET_PDEATHSIG(2const)).
    if (program.endWithParent)
        reporter.require(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, Step::Capabilities);
    enterDirectoryAsUser(program, isThere, reporter);
}

} // namespace lamella::runtime
