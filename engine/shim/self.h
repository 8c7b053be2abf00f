// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

namespace lamella::shim {

/// Makes this process what a shim is: leader of a session of its own, without inherited descriptors but the standard
/// three and kFirstConnection, not traceable or readable by others, one to which orphans come, undisturbed by signals
/// but SIGTERM, and the last that the kernel kills for want of memory. Called first in main(), before there is a
/// thread.
Result<void> becomeShim();

/// The oom_score_adj that this process was started with: what a container gets whose specification names none.
/// Valid after becomeShim().
int inheritedOomScore();

/// Readable once this process has got SIGTERM, as every process does when the machine goes down. Valid after
/// becomeShim().
BorrowedFd terminationEvent();

} // namespace lamella::shim
