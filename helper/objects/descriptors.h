// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <QDBusUnixFileDescriptor>

#include <string_view>

/// Descriptors that a caller opened, as ones of ours. What they are and for what they were opened is checked first,
/// without asking their file system, which may be the caller's own and never answer. `what` is for the refusals: "the
/// archive". Errors: InvalidArgument.
namespace lamella::helper {

/// Of a directory or a regular file that he may read.
Result<UniqueFd> takeSource(const QDBusUnixFileDescriptor& given, std::string_view what);

/// Of a directory that he may read, or of a regular file that he may write to: what can be written into.
Result<UniqueFd> takeTarget(const QDBusUnixFileDescriptor& given, std::string_view what);

/// Of a regular file that he may read.
Result<UniqueFd> takeReadableFile(const QDBusUnixFileDescriptor& given, std::string_view what);

/// Of a regular file that he may write to.
Result<UniqueFd> takeWritableFile(const QDBusUnixFileDescriptor& given, std::string_view what);

} // namespace lamella::helper
