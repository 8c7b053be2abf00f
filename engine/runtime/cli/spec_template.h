// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

namespace lamella::runtime::cli {

/// What `spec` writes: a shell with a terminal in the bundle's read-only "rootfs", with the namespaces, mounts and few
/// capabilities that runc's template has.
oci::Spec specTemplate();

/// The same for somebody who is not root: a user namespace in which `uid` and `gid` are root, and nothing that needs
/// more than that.
oci::Spec rootlessTemplate(uid_t uid, gid_t gid);

} // namespace lamella::runtime::cli
