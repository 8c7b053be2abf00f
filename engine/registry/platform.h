// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/documents.h"
#include "engine/registry/access.h"

namespace lamella::registry {

/// The platform with this machine's architecture where none was named.
Platform orOwn(Platform platform);

/// "linux/arm/v7".
std::string textOf(const Platform& platform);

/// The entry of an index for a platform; where a processor runs what older ones do, the newest that it runs. An index
/// with a single entry that says nothing of a platform has it for all. Nothing where there is none.
const image::Descriptor* choose(const image::Index& index, const Platform& platform);

} // namespace lamella::registry
