// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lamella::container {

/// Whether `name` matches [a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}. Errors: InvalidArgument, which says so.
Result<void> checkName(std::string_view name);

/// A name of two words that a person can say, one of some thousands, chosen by `random`.
std::string makeUpName(std::uint64_t random);

/// A container's id: 64 hexadecimal digits from the kernel's random numbers.
Result<std::string> makeId();

/// Whether it is one.
bool isId(std::string_view text);

} // namespace lamella::container
