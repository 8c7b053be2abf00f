// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "helper/jobs/pull_image.h"
#include "helper/objects/services.h"

#include <QVariantMap>

namespace lamella::helper {

/// How a registry is reached, out of a call's (already checked) options. The secrets are overwritten in these, so that
/// from here on only what is returned has them, and the message until it has been answered.
/// Errors: InvalidArgument, LimitExceeded; no message repeats a secret.
Result<registry::Access> registryAccess(const QVariantMap& options, const registry::Patience& patience);

/// What is asked of the registry of the image that `name` names, out of a call's options. Errors: as registryAccess().
Result<RegistryRequest> registryRequest(const Services& services, const QString& name, const QVariantMap& options);

/// The option `platform`, "linux/arm/v7"; this machine's where there is none. Errors: InvalidArgument.
Result<image::Platform> platformOption(const QVariantMap& options);

} // namespace lamella::helper
