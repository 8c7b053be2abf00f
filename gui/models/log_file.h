// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"

#include <QString>

#include <expected>

namespace lamella::models {

/// Writes the whole of a container's log to the file `path`, for people: the local time and the text of each line,
/// without escape sequences. The file is there whole or not at all. It blocks: for a thread of its own. The error is
/// the system's sentence.
std::expected<void, QString> saveLog(const client::Descriptor& log, const QString& path);

} // namespace lamella::models
