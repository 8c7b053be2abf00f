// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QString>

namespace lamella::models {

/// What a file is, in a few words: "file, 12.4 kB", "link", "directory".
QString fileWords(const client::FileVersion& version);
/// What differs in the attributes of two files: "mode 0644 → 0755, owner 0:0 → 33:33". Empty: nothing, or one of them
/// is not there.
QString attributeDifferences(const client::FileVersion& image, const client::FileVersion& container);
/// "mode 0644, owner 0:0, modified 2026-01-03 10:00:01".
QString attributes(const client::FileVersion& version);
/// The digest without "sha256:".
QString digestDigits(const client::FileVersion& version);

} // namespace lamella::models
