// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

namespace lamella::test {

/// The host's id of a container's root after mapIds().
inline constexpr uid_t kFirstId = 100000;

/// What tests begin with: the usual mounts, capabilities and protected paths, all namespaces but the user's, no
/// command.
oci::Spec defaultSpec();

/// Adds a user namespace with 65536 ids from kFirstId.
void mapIds(oci::Spec& spec);

} // namespace lamella::test
