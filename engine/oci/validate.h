// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

namespace lamella::oci {

/// Whether the values of a specification make sense together and ask for nothing that would open the container.
Result<void> validate(const Spec& spec);
Result<void> validate(const Process& process);
Result<void> validate(const LinuxResources& resources);
/// Its part for what concerns the root file system: mounts, protected paths, propagation.
Result<void> validateMounts(const Spec& spec);

/// Where a namespace of this type is made or joined; null where the runtime's own is kept.
const Namespace* findNamespace(const Spec& spec, NamespaceType type);

} // namespace lamella::oci
