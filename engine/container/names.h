// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace lamella::container {

/// Whether `name` matches [a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}. Errors: InvalidArgument, which says so.
Result<void> checkName(std::string_view name);

/// A name of two words that a person can say, one of some thousands, chosen by `random`.
std::string makeUpName(std::uint64_t random);

/// `wanted`, or where it is taken "wanted-1", "wanted-2" and so on, shortened to what a name may be. Errors:
/// AlreadyExists (a thousand of them are taken).
Result<std::string> freeName(const std::string& wanted, const std::function<bool(const std::string&)>& isFree);

/// A container's id: 64 hexadecimal digits from the kernel's random numbers.
Result<std::string> makeId();

/// Whether it is one.
bool isId(std::string_view text);

} // namespace lamella::container
