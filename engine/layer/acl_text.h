// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>

namespace lamella::layer {

/// An access control list as the tar programs write it (acl(5), long and short text form; "SCHILY.acl.access"), with
/// newlines or commas between its entries and a number behind a name where there is one, as the kernel keeps it in
/// "system.posix_acl_access"; empty where it says no more than a mode does. Who is named without a number means nothing
/// in an image, "root" apart: such an entry is left out.
/// Errors: InvalidArgument (no such list, an entry twice), LimitExceeded.
Result<std::string> aclFromText(std::string_view text);

} // namespace lamella::layer
