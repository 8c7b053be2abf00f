// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>

/// Texts that are compressed as a whole, with Zstandard through KArchive's filter.
namespace lamella::layer {

Result<std::string> compressText(std::string_view text);

/// The text, which must have `length` bytes. Errors: InvalidArgument (damaged, of another length).
Result<std::string> decompressText(std::string_view compressed, std::size_t length);

} // namespace lamella::layer
