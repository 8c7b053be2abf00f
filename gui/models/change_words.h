// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QString>

#include <vector>

namespace lamella::models {

/// The letter of a change: "A", "M", "D", "m", "c".
QString changeLetter(client::ChangeKind kind);
/// The first letter that ls(1) has: "d", "l", "-", …
QChar typeLetter(client::FileType type);
/// What a file is, for a tool tip: its name, where a link leads, which of the image's `layers` (from the bottom) it
/// comes from where that is known, and what else is not seen in the row.
QString fileToolTip(const client::FileEntry& entry, const std::vector<client::LayerInfo>& layers);

} // namespace lamella::models
