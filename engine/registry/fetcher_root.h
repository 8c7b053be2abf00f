// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::registry {

/// Gives the fetcher a root that has nothing but what TLS and name resolution read (/usr and the certificates, read
/// only, and copies of a few files of /etc), then takes every right from it but the network. For a process with one
/// thread that root started; before the first byte from the network.
Result<void> confine();

} // namespace lamella::registry
