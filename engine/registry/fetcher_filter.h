// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::registry {

/// Loads the seccomp filter of the fetcher: it may use no sockets but those of the internet and netlink, start no
/// program, make no namespace, and touch no other process. Needs no_new_privs. Whatever TLS, threads and name
/// resolution do besides differs from library to library, so the rest is allowed.
Result<void> loadFetcherFilter();

} // namespace lamella::registry
