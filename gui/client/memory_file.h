// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"

namespace lamella::client {

/// A memory file with this content that nobody can change any more (memfd_create(2), fcntl(2), "File Sealing"); none
/// where there is no memory for it.
Descriptor sealedFile(const QByteArray& content);

} // namespace lamella::client
