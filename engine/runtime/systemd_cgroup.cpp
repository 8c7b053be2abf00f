// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/systemd_cgroup.h"

#include "engine/base/compose.h"

namespace lamella::runtime {

Result<std::string> systemdCgroupPath(const oci::Spec& spec, const std::string& id)
{
    return TRY(cgroup::ScopeName::parse(spec.linux.cgroupsPath, id)).containerCgroup();
}

Result<std::string> scopeUnit(const oci::Spec& spec, const std::string& id)
{
    return TRY(cgroup::ScopeName::parse(spec.linux.cgroupsPath, id)).unit;
}

Result<cgroup::SystemdScope> startScope(const oci::Spec& spec, const std::string& id)
{
    const cgroup::ScopeName name = TRY(cgroup::ScopeName::parse(spec.linux.cgroupsPath, id));
    const auto more = TRY(cgroup::unitPropertiesOf(spec.annotations));
    return cgroup::SystemdScope::start(name, compose("container {}", id), more);
}

} // namespace lamella::runtime
