// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Extended headers (POSIX.1-2017, pax, "pax Extended Header").
namespace lamella::layer {

/// Key and value of each record, in the order of the archive (GNU's oldest sparse format repeats keys).
using PaxRecords = std::vector<std::pair<std::string, std::string>>;

/// Errors: InvalidArgument (a record whose length is wrong), LimitExceeded (too many records).
Result<PaxRecords> parsePax(std::string_view text);

/// The last value of `key`; nothing when there is none or the record takes it back (an empty value).
std::optional<std::string_view> paxValue(const PaxRecords& records, std::string_view key);

/// A decimal number without sign, of digits alone.
std::optional<std::uint64_t> paxNumber(std::string_view text);

/// A time with an optional sign and fraction; digits below nanoseconds are cut off.
std::optional<timespec> paxTime(std::string_view text);

} // namespace lamella::layer
