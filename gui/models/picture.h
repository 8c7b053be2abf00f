// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/file_content.h"

namespace lamella::models {

/// What the bytes show, where they are a picture: of these few formats only, because they come from strangers.
FileContent rasterContent(const QByteArray& bytes, bool isWhole);
/// The same for a text that may be SVG; `text` is kept in it.
FileContent vectorContent(const QByteArray& bytes, const QString& text, bool isWhole);

} // namespace lamella::models
