// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/systemd_scope.h"
#include "engine/oci/spec.h"

/// The cgroup of a container where systemd makes it (CreateRequest::systemdCgroup).
namespace lamella::runtime {

/// Its path, with linux.cgroupsPath read as slice:prefix:name. Errors: InvalidArgument where it has another form.
Result<std::string> systemdCgroupPath(const oci::Spec& spec, const std::string& id);

/// The name of the scope that the path is in: "lamella-box.scope".
Result<std::string> scopeUnit(const oci::Spec& spec, const std::string& id);

/// Makes the scope that the path is in, with the properties that annotations ask for (cgroup::unitPropertiesOf()).
Result<cgroup::SystemdScope> startScope(const oci::Spec& spec, const std::string& id);

} // namespace lamella::runtime
