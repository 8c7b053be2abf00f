// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::image {

/// Loads the seccomp filter of the worker: what reading and unpacking take is allowed, anything else ends the process
/// (seccomp(2)). Needs no_new_privs.
Result<void> loadWorkerFilter();

} // namespace lamella::image
