// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/new_layer.h"

namespace lamella::image {

/// Writes the archive of a new layer to the disk, from where it is unpacked later (pending_layers.h). `write` is called
/// once, on this thread; another one hashes what it writes and puts it into the file. The file is on the disk when this
/// returns. Errors: those of `write`; NoSpace, also where what is in the archive would not fit beside it;
/// LimitExceeded, also where a worker would not unpack it; Cancelled. Nothing is left then.
Result<NewLayer> spoolLayer(ImageStore::Private& store, const ArchiveWriter& write, std::stop_token stop);

} // namespace lamella::image
