// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::runtime::cli {

/// Runs this program again from a sealed copy in memory, unless it is that already: a container that gets hold of
/// /proc/<pid>/exe then has a file that nobody can write, instead of the program of the host (CVE-2019-5736).
/// Returns when this is the copy.
Result<void> runFromOwnCopy(char** argv);

} // namespace lamella::runtime::cli
