// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string_view>

namespace lamella::os {

/// The number of a signal as people and images write it: "9", "KILL", "SIGKILL", "RTMIN+3" (signal(7)).
/// Errors: InvalidArgument.
Result<int> signalNumber(std::string_view text);

} // namespace lamella::os
