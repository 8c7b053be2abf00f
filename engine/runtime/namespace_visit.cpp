// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/namespace_visit.h"

#include "engine/base/compose.h"
#include "engine/base/log.h"
#include "engine/oci/validate_namespaces.h"
#include "engine/os/file.h"
#include "engine/os/namespace.h"

#include <array>
#include <cstdlib>
#include <sched.h>

namespace lamella::runtime {

namespace {

struct Kind {
    int flag;
    const char* file; ///< in /proc/self/ns
};

/// In the order of NamespaceType.
constexpr std::array kKinds{Kind{CLONE_NEWPID, "pid"},       Kind{CLONE_NEWNET, "net"},  Kind{CLONE_NEWNS, "mnt"},
                            Kind{CLONE_NEWIPC, "ipc"},       Kind{CLONE_NEWUTS, "uts"},  Kind{CLONE_NEWUSER, "user"},
                            Kind{CLONE_NEWCGROUP, "cgroup"}, Kind{CLONE_NEWTIME, "time"}};

const Kind& kindOf(oci::NamespaceType type)
{
    return kKinds[static_cast<std::size_t>(type)];
}

/// Whether the specification sets something in its namespace of this type.
bool hasSettings(const oci::Spec& spec, oci::NamespaceType type)
{
    for (const auto& [key, value] : spec.linux.sysctl) {
        if (oci::sysctlNamespace(oci::sysctlPath(key)) == type)
            return true;
    }
    if (type == oci::NamespaceType::Uts)
        return !spec.hostname.empty() || !spec.domainname.empty();
    return false;
}

Result<bool> isOwn(BorrowedFd target, const Kind& kind)
{
    const UniqueFd own = TRY(os::open(compose("/proc/self/ns/{}", kind.file), O_RDONLY));
    const struct stat there = TRY(os::status(target, "the namespace"));
    const struct stat here = TRY(os::status(own.borrow(), "the namespace"));
    return there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

} // namespace

int cloneFlag(oci::NamespaceType type)
{
    return kindOf(type).flag;
}

Result<NamespaceVisit> NamespaceVisit::enter(const oci::Spec& spec)
{
    NamespaceVisit visit;
    for (const oci::Namespace& space : spec.linux.namespaces) {
        // The child joins that of mounts itself: here it would hide the bundle and what is mounted of the host.
        if (space.type == oci::NamespaceType::User || space.type == oci::NamespaceType::Mount)
            continue;
        if (!space.path.empty())
            TRY(visit.enterPath(spec, space));
        else if (space.type == oci::NamespaceType::Time)
            TRY(visit.makeTime(spec));
    }
    return visit;
}

Result<void> NamespaceVisit::enterPath(const oci::Spec& spec, const oci::Namespace& space)
{
    const UniqueFd target = TRY(os::open(space.path, O_RDONLY));
    if (hasSettings(spec, space.type) && TRY(isOwn(target.borrow(), kindOf(space.type))))
        return failure(ErrorKind::InvalidArgument,
                       compose("config.json: linux.namespaces: {} is the machine's own namespace, and the container "
                               "would change its settings",
                               space.path));
    return enterOne(target.borrow(), cloneFlag(space.type), kindOf(space.type).file, space.path);
}

/// unshare(2) moves only the children (time_namespaces(7)), and setns(2) brings them back.
Result<void> NamespaceVisit::makeTime(const oci::Spec& spec)
{
    UniqueFd home = TRY(os::open("/proc/self/ns/time", O_RDONLY));
    TRY(os::unshare(CLONE_NEWTIME, "a time namespace"));
    m_home.push_back({std::move(home), CLONE_NEWTIME});
    std::string offsets;
    for (const auto& [clock, offset] : spec.linux.timeOffsets)
        offsets += compose("{} {} {}\n", clock, offset.secs, offset.nanosecs);
    if (offsets.empty())
        return {};
    return os::writeControl("/proc/self/timens_offsets", offsets);
}

Result<NamespaceVisit> NamespaceVisit::enterNetworkNamespace(BorrowedFd space)
{
    NamespaceVisit visit;
    TRY(visit.enterOne(space, CLONE_NEWNET, "net", "of the container"));
    return visit;
}

Result<void> NamespaceVisit::enterOne(BorrowedFd target, int type, const char* kind, const std::string& name)
{
    UniqueFd home = TRY(os::open(compose("/proc/self/ns/{}", kind), O_RDONLY));
    TRY(os::enterNamespace(target, type, compose("the {} namespace {}", kind, name)));
    m_home.push_back({std::move(home), type});
    return {};
}

NamespaceVisit::~NamespaceVisit()
{
    for (const Home& home : m_home) {
        if (auto back = os::enterNamespace(home.space.borrow(), home.type, "its own namespace"); !back) {
            // To go on in a container's namespace would be worse than to end.
            log::error("{}", back.error().message);
            std::abort();
        }
    }
}

} // namespace lamella::runtime
