// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/namespace_visit.h"

#include "engine/base/log.h"
#include "engine/os/file.h"
#include "engine/os/namespace.h"

#include <array>
#include <cstdlib>
#include <format>
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

} // namespace

int cloneFlag(oci::NamespaceType type)
{
    return kindOf(type).flag;
}

Result<NamespaceVisit> NamespaceVisit::enter(const oci::Spec& spec)
{
    NamespaceVisit visit;
    for (const oci::Namespace& space : spec.linux.namespaces) {
        if (space.path.empty())
            continue;
        const UniqueFd target = TRY(os::open(space.path, O_RDONLY));
        TRY(visit.enterOne(target.borrow(), cloneFlag(space.type), kindOf(space.type).file, space.path));
    }
    return visit;
}

Result<NamespaceVisit> NamespaceVisit::enterPidNamespace(BorrowedFd pidfd)
{
    NamespaceVisit visit;
    TRY(visit.enterOne(pidfd, CLONE_NEWPID, "pid", "of the container"));
    return visit;
}

Result<void> NamespaceVisit::enterOne(BorrowedFd target, int type, const char* kind, const std::string& name)
{
    UniqueFd home = TRY(os::open(std::format("/proc/self/ns/{}", kind), O_RDONLY));
    TRY(os::enterNamespace(target, type, std::format("the {} namespace {}", kind, name)));
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
