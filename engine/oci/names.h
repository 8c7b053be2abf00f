// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

/// The specification's names for numbers of the kernel.
namespace lamella::oci {

/// The number of "CAP_CHOWN" and the others: capabilities(7).
std::optional<int> capabilityNumber(std::string_view name);

/// The reverse; empty for a number that we know no name of.
std::string_view capabilityName(int number);

/// The resource of "RLIMIT_NOFILE" and the others: getrlimit(2).
std::optional<int> rlimitNumber(std::string_view name);

} // namespace lamella::oci
