// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

namespace lamella::registry {

/// Works on the requests that come over `socket`, each in a thread of its own, until its other end is closed.
Result<void> serve(BorrowedFd socket);

} // namespace lamella::registry
