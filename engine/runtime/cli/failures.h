// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/spec.h"

#include <string>

namespace lamella::runtime::cli {

/// The failure of a start or an exec in the words that callers look for: a program that is in no directory of PATH is
/// "executable file not found in $PATH", from which podman and containerd make the status 127, and the words of an
/// errno begin with a small letter, as Go has them: docker makes 127 of "no such file or directory", 126 of "permission
/// denied".
Error inCallersWords(Error error, const oci::Process& process);

} // namespace lamella::runtime::cli
