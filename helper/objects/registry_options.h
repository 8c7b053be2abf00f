// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/registry/access.h"

#include <QVariantMap>

namespace lamella::helper {

/// How a registry is reached, out of a call's (already checked) options. The secrets are overwritten in these, so that
/// from here on only what is returned has them, and the message until it has been answered.
/// Errors: InvalidArgument, LimitExceeded; no message repeats a secret.
Result<registry::Access> registryAccess(const QVariantMap& options, const registry::Patience& patience = {});

/// The option `platform`, "linux/arm/v7"; this machine's where there is none. Errors: InvalidArgument.
Result<image::Platform> platformOption(const QVariantMap& options);

} // namespace lamella::helper
