// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::runtime::cli {

/// Takes care that a container which gets hold of /proc/<pid>/exe of this process, or of one that it makes, has a file
/// that nobody can write, instead of the program of the host (CVE-2019-5736): lets go of that file or, where the
/// machine does not allow it, runs this program again from a sealed copy in memory and returns in the copy.
Result<void> partFromProgram(char** argv);

} // namespace lamella::runtime::cli
