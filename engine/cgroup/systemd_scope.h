// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/cgroup/systemd_bus.h"
#include "engine/cgroup/unit_property.h"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace lamella::cgroup {

/// linux.cgroupsPath as runtimes read it when systemd makes the cgroup: "slice:prefix:name".
struct ScopeName {
    std::string slice; ///< "user.slice"
    std::string unit; ///< "prefix-name.scope"

    /// Without a slice it is system.slice; an empty path is that of the container `id`. Errors: InvalidArgument.
    static Result<ScopeName> parse(std::string_view cgroupsPath, std::string_view id);

    /// The scope's cgroup: each dash of a slice's name is a slice around it (systemd.slice(5)).
    std::string cgroup() const;

    /// The container's own one in it. systemd looks after the scope's, and has delegated what is below.
    std::string containerCgroup() const { return cgroup() + "/container"; }
};

/// The properties of a container's scope as "a(sv)", with the process `holder` in it; those of `more` count instead of
/// ours of the same name.
void putScopeProperties(BusWriter& out, const ScopeName& name, std::string_view description, pid_t holder,
                        const std::vector<UnitProperty>& more);

/// A transient scope of systemd (org.freedesktop.systemd1(5), StartTransientUnit) with its cgroup delegated to us. A
/// scope is there as long as a process is in it: until the container's first one is, a process of ours keeps the place.
/// It ends with this object. Move-only.
class SystemdScope {
public:
    /// Makes the scope, with these properties beside or instead of ours. Needs root, and a process of one thread.
    /// Errors: Unsupported without systemd or with cgroup v1; AlreadyExists.
    static Result<SystemdScope> start(const ScopeName& name, std::string_view description,
                                      const std::vector<UnitProperty>& more);

    /// Ends the scope of this unit name, with all that is in it, and waits until its name is free. systemd does so by
    /// itself some time after the last process has ended. Succeeds where it has done so. Needs root.
    static Result<void> stop(const std::string& unit, const std::string& socket = SystemdBus::kSocket);

    SystemdScope(SystemdScope&& other) noexcept
        : m_holder(std::exchange(other.m_holder, 0))
        , m_holderCgroup(std::move(other.m_holderCgroup))
    {
    }
    SystemdScope& operator=(SystemdScope&& other) noexcept
    {
        std::swap(m_holder, other.m_holder);
        std::swap(m_holderCgroup, other.m_holderCgroup);
        return *this;
    }
    ~SystemdScope();

private:
    SystemdScope() = default;
    Result<void> startHolder();
    Result<void> startUnit(const ScopeName& name, std::string_view description, const std::vector<UnitProperty>& more);
    Result<void> moveHolder(const ScopeName& name);

    pid_t m_holder = 0; // the process that keeps the place
    std::string m_holderCgroup; // where it is
};

} // namespace lamella::cgroup
