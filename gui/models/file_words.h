// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/file_version.h"

#include <QString>

namespace lamella::models {

/// What a file is, in a few words: "file, 12.4 kB", "link", "directory".
QString fileWords(const FileVersion& version);
/// What differs in the attributes of two files: "mode 0644 → 0755, owner 0:0 → 33:33". Empty: nothing, or one of them
/// is not there.
QString attributeDifferences(const FileVersion& image, const FileVersion& container);
/// "mode 0644, owner 0:0, modified 2026-01-03 10:00:01".
QString attributes(const FileVersion& version);
/// The digest without "sha256:".
QString digestDigits(const FileVersion& version);

} // namespace lamella::models
