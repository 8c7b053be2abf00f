// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::os {

/// Lets go of the file that this process was started from: its code is mapped anew through a read-only mount that is
/// nowhere, its data moves to memory of its own, and /proc/<pid>/exe is an empty sealed memfd from then on (PR_SET_MM
/// in prctl(2)): of the process and of all that it forks. What its mappings are of is told by /proc/<pid>/map_files
/// only, to whom has CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN on the host. Called with one thread. Needs CAP_SYS_ADMIN,
/// and CAP_SYS_RESOURCE or a kernel with CONFIG_CHECKPOINT_RESTORE. After an error the process goes on as it was.
Result<void> letGoOfProgramFile();

} // namespace lamella::os
