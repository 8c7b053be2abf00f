// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/cli/options.h"

#include <cstdint>
#include <string>
#include <string_view>

/// Values of options, read strictly: all of the text, in range, or not at all. `name` is the option's, for the error,
/// which is InvalidArgument.
namespace lamella::runtime::cli {

/// A decimal number of at most `most`; no sign, no blank, no base.
Result<std::uint64_t> readNumber(std::string_view name, const std::string& value, std::uint64_t most);

/// A user's or group's number. Above 2^31-1 they have wrapped to other users in programs that keep them in an int.
Result<std::uint32_t> readId(std::string_view name, const std::string& value);

/// "UID" or "UID:GID" (CVE-2026-30892: "1:" and what overflows must not become another user).
Result<ExecUser> readUser(std::string_view name, const std::string& value);

/// "true", "false", "1", "0", "t", "f" in the cases that Go's strconv.ParseBool knows.
Result<bool> readBool(std::string_view name, const std::string& value);

/// A time as Go writes it: "5s", "100ms", "1m30s". More than nothing.
Result<std::chrono::nanoseconds> readDuration(std::string_view name, const std::string& value);

/// Bytes with an optional unit of 1024 ("64m", "1.5g", "512KiB"); "-1" stays -1: no limit.
Result<std::int64_t> readSize(std::string_view name, const std::string& value);

/// A signed decimal number.
Result<std::int64_t> readInteger(std::string_view name, const std::string& value);

} // namespace lamella::runtime::cli
