// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/types.h"

namespace lamella::client {

/// Parses the lines of ListDirectory of a container or an image. A name that is none ("", "..", one with a slash) is
/// not believed: the whole answer is Malformed then.
Outcome<std::vector<FileEntry>> parseFileEntries(QByteArrayView lines);

/// True for what a directory can hold: no "/", neither "." nor "..", not empty, no zero byte.
bool isFileName(QByteArrayView name);

} // namespace lamella::client
