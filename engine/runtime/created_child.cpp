// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/child.h"
#include "engine/rootfs/target.h"
#include "engine/runtime/channel.h"
#include "engine/runtime/create_plan.h"
#include "engine/runtime/settings.h"

#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

using rootfs::Reporter;
using rootfs::Step;

/// With the map written, this process is still the host's root, who has no name in the new namespace.
void becomeContainerRoot(const CreatePlan& plan, BorrowedFd channel, const Reporter& reporter)
{
    if (plan.awaitParent)
        reporter.require(receiveMark(channel.get(), kMarkMapped, nullptr), Step::IdMap);
    if (!plan.inUser)
        return;
    reporter.require(::syscall(SYS_setgroups, 0, nullptr) == 0, Step::IdMap);
    reporter.require(::syscall(SYS_setresgid, 0, 0, 0) == 0, Step::IdMap);
    reporter.require(::syscall(SYS_setresuid, 0, 0, 0) == 0, Step::IdMap);
    reporter.reached(Step::IdMap);
}

void joinCgroup(const CreatePlan& plan, const Reporter& reporter)
{
    for (const UniqueFd& join : plan.cgroupJoins)
        reporter.require(::write(join.get(), "0", 1) == 1, Step::JoinCgroup);
    // Only now: the root of the new namespace is the cgroup that this process is in.
    if (plan.newCgroup)
        reporter.require(::unshare(CLONE_NEWCGROUP) == 0, Step::JoinCgroup);
    reporter.reached(Step::JoinCgroup);
}

bool bringUpLoopback()
{
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", 3);
    bool ok = socket >= 0 && ::ioctl(socket, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    ok = ok && ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
    const int errnum = errno;
    ::close(socket);
    errno = errnum;
    return ok;
}

/// One that no mount of a container can stand before, of the PID namespace that this process was born into.
void openProcfs(CreatePlan& plan, const Reporter& reporter)
{
    if (plan.procfs || !needsProcfs(plan))
        return;
    plan.procfs.reset(rootfs::makeProcfs());
    reporter.require(static_cast<bool>(plan.procfs), Step::Settings, detailOf(Setting::Procfs));
}

void applySettings(const CreatePlan& plan, const Reporter& reporter)
{
    if (!plan.hostname.empty())
        reporter.require(::sethostname(plan.hostname.c_str(), plan.hostname.size()) == 0, Step::Settings,
                         detailOf(Setting::Hostname));
    if (!plan.domainname.empty())
        reporter.require(::setdomainname(plan.domainname.c_str(), plan.domainname.size()) == 0, Step::Settings,
                         detailOf(Setting::Domainname));
    if (plan.newNetwork)
        reporter.require(bringUpLoopback(), Step::Settings, detailOf(Setting::Loopback));
    for (std::size_t i = 0; i < plan.sysctls.size(); ++i) {
        const auto& [key, path, value] = plan.sysctls[i];
        reporter.require(rootfs::writeSysctl(plan.procfs.get(), path.c_str(), value.c_str(), value.size()),
                         Step::Settings, static_cast<std::uint32_t>(i));
    }
    reporter.reached(Step::Settings);
}

int receiveRoot(const CreatePlan& plan, BorrowedFd channel, const Reporter& reporter)
{
    int root = plan.root.get();
    if (plan.newUser)
        reporter.require(receiveMark(channel.get(), kMarkRoot, &root), Step::Root);
    return root;
}

void joinMountSpace(const MountSpace& space, const Reporter& reporter)
{
    if (space.kind == MountSpaceKind::Joined)
        reporter.require(::setns(space.joined.get(), CLONE_NEWNS) == 0, Step::JoinNamespaces);
}

/// `place` belongs to a new namespace: in others hooks find the root file system only as their directory.
void enterMounts(const MountSpace& space, int root, int place, const Reporter& reporter)
{
    if (space.isDetached)
        return;
    joinMountSpace(space, reporter);
    const bool isNew = space.kind == MountSpaceKind::New;
    rootfs::attachRoot(root, isNew, isNew ? place : -1, reporter);
}

/// Without pivot_root(2), a root that lies on its place is moved to where who joins the namespace finds it.
void changeRoot(const CreatePlan& plan, int bottom, int root, int place, const Reporter& reporter)
{
    if (!plan.noPivot) {
        rootfs::pivotInto(root, plan.mounts, reporter);
        return;
    }
    if (place >= 0 && plan.mountSpace.kind == MountSpaceKind::New)
        reporter.require(::move_mount(bottom, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) == 0, Step::Pivot);
    // Only now: a tree that is mounted nowhere can be mounted on from the namespace that it was made in.
    if (plan.mountSpace.isDetached)
        joinMountSpace(plan.mountSpace, reporter);
    rootfs::changeRootInto(root, plan.mounts, reporter);
}

/// Makes a working directory that is missing, inside the root only, as its absence is not an error in the field.
void makeWorkingDirectory(int root, const CreatePlan& plan, const Reporter& reporter)
{
    const char* path = plan.program.cwd.c_str();
    while (*path == '/') // a target is relative to the root
        ++path;
    if (*path == '\0')
        return;
    const int directory = rootfs::openTarget(root, path, rootfs::Missing::MakeDirectory);
    // What is there but cannot be resolved inside the root, or by root, is for the chdir(2) of the program to refuse.
    if (directory >= 0)
        ::close(directory);
    else if (errno != ELOOP && errno != EXDEV && errno != EACCES)
        reporter.fail(Step::WorkingDirectory, errno);
}

} // namespace

void runCreatedChild(CreatePlan& plan, ChildEnds ends, const Reporter& reporter)
{
    enterChild(plan.program, reporter);
    const int place = openRootPlace(plan, reporter);
    rootfs::openHostSystems(plan.mounts);
    becomeContainerRoot(plan, ends.channel, reporter);
    enterKeyring(plan.program, reporter);
    joinCgroup(plan, reporter);
    openProcfs(plan, reporter);
    applySettings(plan, reporter);
    const UniqueFd label = openLabel(plan.program.label, plan.procfs.borrow(), reporter);
    const int bottom = receiveRoot(plan, ends.channel, reporter);
    enterMounts(plan.mountSpace, bottom, checkedPlace(place, bottom, reporter), reporter);
    const int root = rootfs::attachMounts(bottom, plan.mounts, reporter);
    rootfs::Terminal terminal{-1, -1};
    if (plan.program.terminal)
        terminal = rootfs::makeTerminal(root, plan.program.uid, reporter);
    runCreateHooks(plan, root, ends.channel, reporter);
    makeWorkingDirectory(root, plan, reporter);
    rootfs::protectPaths(root, plan.mounts, reporter);
    changeRoot(plan, bottom, root, place, reporter);
    // With a terminal, so that nobody who reads what the caller prints waits for a container that waits.
    takeStreams(plan.program, terminal.slave, reporter);
    if (plan.program.terminal)
        reporter.require(sendMark(ends.channel.get(), kMarkTerminal, terminal.master), Step::Terminal);
    confine(plan.program, label.borrow(), reporter);
    waitToStart(plan.program, ends, reporter);
}

} // namespace lamella::runtime
